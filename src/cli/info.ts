/**
 * `dirdict info DB [KEY]`: where a value came from; without a key, what the database is.
 */
import type { Command } from 'commander'
import type { Metadata } from '../index.js'
import { reading } from './open.js'
import { printable, printJson, printLine } from './print.js'

export function addInfo(program: Command): void {
  program
    .command('info')
    .description('tell where a value came from')
    .argument('<db>', 'directory of the database')
    .argument('[key]', 'without it, facts about the database')
    .option('--json', 'the whole record as JSON')
    .action(showInfo)
}

async function showInfo(
  directory: string,
  key: string | undefined,
  options: { readonly json?: boolean },
): Promise<void> {
  await reading(directory, async db => {
    if (key === undefined) {
      const facts = { directory: db.directory, id: db.id, keys: (await db.keys()).length }
      if (options.json) printJson(facts)
      else printFacts(Object.entries(facts))
      return
    }
    const metadata = await db.metadata(key)
    if (options.json) printJson(metadata)
    else printFacts([...factsOf(metadata), ['path', db.path(key)]])
  })
}

/** What a person wants to see first; `--json` has it all. */
function factsOf(metadata: Metadata): [string, unknown][] {
  const { git, host, runtime, script, tags, attributes } = metadata
  return [
    ['key', metadata.key],
    ['dumper', metadata.dumper],
    ['written', `${metadata.time.toISOString()}${metadata.inferred ? ' (from the files: no record)' : ''}`],
    ['commit', git && `${git.commit}${dirtiness(git.dirty)}`],
    ['branch', git?.branch],
    ['remote', git?.remote],
    ['host', host && [host.name, host.platform, host.arch].filter(Boolean).join(' ')],
    ['user', host?.user],
    ['runtime', runtime && [runtime.name, runtime.version].filter(Boolean).join(' ')],
    ['script', script?.path],
    ['modules', `${Object.keys(metadata.modules).length} recorded`],
    ['tags', tags.join(' ') || undefined],
    ['attributes', Object.keys(attributes).length > 0 ? JSON.stringify(attributes) : undefined],
    ...metadata.files.map((file): [string, unknown] => [
      'file',
      `${file.name}  ${file.bytes} bytes  crc32 ${file.crc32.toString(16).padStart(8, '0')}`,
    ]),
  ]
}

function dirtiness(dirty: boolean | null): string {
  if (dirty === null) return ''
  return dirty ? ' (with uncommitted changes)' : ' (clean)'
}

function printFacts(facts: readonly (readonly [string, unknown])[]): void {
  for (const [name, value] of facts) {
    if (value !== undefined && value !== null) printLine(`${name.padEnd(12)}${printable(String(value))}`)
  }
}
