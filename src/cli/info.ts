/**
 * `dirdict info DB [KEY]`: where a value came from; without a key, what the database is.
 */
import type { Command } from 'commander'
import { type DataBase, isDirdictError, type Metadata, partitions } from '../index.js'
import { historySummary, printCode } from './code.js'
import { usage } from './failure.js'
import { reading } from './open.js'
import { printable, printJson, printLine } from './print.js'

interface InfoOptions {
  readonly code?: boolean
  readonly modules?: boolean
  readonly json?: boolean
}

type Facts = readonly (readonly [name: string, value: unknown])[]

/** Files that are listed for a person; `--json` has all. */
const MOST_FILES = 20

export function addInfo(program: Command): void {
  program
    .command('info')
    .description('tell where a value came from')
    .argument('<db>', 'directory of the database')
    .argument('[key]', 'without it, facts about the database')
    .option('--code', 'print the code that ran before the value was stored')
    .option('--modules', 'list the loaded packages with their versions')
    .option('--json', 'the whole record as JSON; with --code the history of the code')
    .action(showInfo)
}

async function showInfo(directory: string, key: string | undefined, options: InfoOptions): Promise<void> {
  const { code = false, json: asJson = false } = options
  if (key === undefined && code) throw usage('--code needs a key.', 'code')
  await reading(directory, async db => {
    if (key === undefined) {
      const facts = { directory: db.directory, id: db.id, keys: (await db.keys()).length }
      if (asJson) printJson(facts)
      else printFacts(Object.entries(facts))
      return
    }
    const metadata = await db.metadata(key)
    if (code) printCode(metadata, asJson)
    else if (asJson) printJson(metadata)
    else {
      const said = [...saidOf(metadata), ...(await partsOf(db, metadata))]
      printFacts([...said, ...codeOf(metadata), ...filesOf(metadata), ['path', db.path(key)]])
      if (options.modules) printFacts(modulesOf(metadata))
    }
  })
}

function saidOf({ key, dumper, loader, time, inferred, tags, attributes, note, annotated }: Metadata): Facts {
  return [
    ['key', key],
    ['dumper', dumper],
    ['loader', loader],
    ['written', `${time.toISOString()}${inferred ? ' (from the files: no record)' : ''}`],
    ['tags', tags.join(' ') || undefined],
    ...Object.entries(attributes).map(
      ([name, value]) => ['attribute', `${name} = ${JSON.stringify(value)}`] as const,
    ),
    ['note', note],
    ['annotated', annotated?.toISOString()],
  ]
}

async function partsOf(db: DataBase, { key, dumper }: Metadata): Promise<Facts> {
  if (dumper !== partitions.name) return []
  try {
    const table = await db.get(key, partitions)
    await table.close()
    return [
      ['rows', table.numRows],
      ['parts', table.partitions.length],
    ]
  } catch (error) {
    // The record of a damaged table is asked for all the more.
    if (!isDirdictError(error)) throw error
    return [['rows', `not known: ${error.message}`]]
  }
}

function codeOf({ git, host, runtime, script, history, modules }: Metadata): Facts {
  const checked = git?.checkedAt == null ? '' : `, checked ${git.checkedAt.toISOString()}`
  return [
    ['commit', git && `${git.commit}${dirtiness(git.dirty, checked)}`],
    ['branch', git?.branch],
    ['remote', git?.remote],
    ['host', host && [host.name, host.platform, host.arch].filter(Boolean).join(' ')],
    ['user', host?.user],
    ['runtime', runtime && [runtime.name, runtime.version].filter(Boolean).join(' ')],
    ['dirdict', runtime?.dirdict],
    ['script', script?.path],
    ['sha256', script?.sha256],
    ['code', history && `${historySummary(history)} (--code prints it)`],
    ['modules', `${Object.keys(modules).length} recorded`],
  ]
}

function filesOf({ files }: Metadata): Facts {
  const shown = files
    .slice(0, MOST_FILES)
    .map(
      ({ name, bytes, crc32 }) =>
        ['file', `${name}  ${bytes} bytes  crc32 ${crc32.toString(16).padStart(8, '0')}`] as const,
    )
  return files.length > MOST_FILES ? [...shown, ['files', `… ${files.length - MOST_FILES} more`]] : shown
}

function modulesOf({ modules }: Metadata): Facts {
  return Object.entries(modules)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, version]) => ['module', `${name}@${version}`])
}

function dirtiness(dirty: boolean | null, checked: string): string {
  if (dirty === null) return ''
  return dirty ? ` (with uncommitted changes${checked})` : ` (clean${checked})`
}

function printFacts(facts: Facts): void {
  for (const [name, value] of facts) {
    if (value !== undefined && value !== null) printLine(`${name.padEnd(12)}${printable(String(value))}`)
  }
}
