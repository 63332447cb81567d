/**
 * `dirdict find DB`: the keys whose records answer a search, one a line. Exit code 1 where there are none.
 */
import type { Command } from 'commander'
import type { DataBase, Metadata, Query } from '../index.js'
import { answering } from './answer.js'
import { attributeConditions, moduleConditions } from './conditions.js'
import { usage } from './failure.js'
import { reading } from './open.js'
import { printable, printJson, printLine } from './print.js'
import { collect } from './repeated.js'

interface FindOptions {
  readonly dumper?: string
  readonly tag: readonly string[]
  readonly attribute: readonly string[]
  readonly commit?: string
  readonly branch?: string
  readonly dirty?: boolean
  readonly clean?: boolean
  readonly host?: string
  readonly user?: string
  readonly since?: string
  readonly until?: string
  readonly module: readonly string[]
  readonly larger?: string
  readonly smaller?: string
  readonly key?: string
  readonly sort?: string
  readonly limit?: string
  readonly json?: boolean
}

type Sort = NonNullable<Query['sort']>

const SORTS: readonly Sort[] = ['key', '-key', 'time', '-time', 'bytes', '-bytes']
const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['k', 2 ** 10],
  ['m', 2 ** 20],
  ['g', 2 ** 30],
  ['t', 2 ** 40],
])

export function addFind(program: Command): void {
  const command = program
    .command('find')
    .description('list the keys whose records answer a search; exit code 1 where there are none')
    .argument('<db>', 'directory of the database')
    .option('--dumper <name>', 'the format')
    .option('--tag <tag>', 'has this tag; may be given several times', collect, [])
    .option(
      '--attribute <condition>',
      'name=value, name>value, outer.inner<=value, …; several times',
      collect,
      [],
    )
    .option('--commit <id>', 'made by this commit; its first four characters or more')
    .option('--branch <name>', 'made on this branch')
    .option('--dirty', 'made by files that differed from the commit')
    .option('--clean', 'made by a commit as it is')
    .option('--host <name>', 'made on this machine')
    .option('--user <name>', 'made by this user')
    .option('--since <time>', 'written then or later; a date, or a date and time')
    .option('--until <time>', 'written before')
    .option('--module <name>', 'made with name, name@version or name@>=version; several times', collect, [])
    .option('--larger <size>', 'more bytes than this; 10k, 5M, 1G')
    .option('--smaller <size>', 'fewer bytes than this')
    .option('--key <pattern>', 'the whole key: * within a part, ** for any number of parts')
    .option('--sort <order>', SORTS.join(', '))
    .option('--limit <count>', 'at most so many')
    .option('--json', 'as a JSON array')
  answering(command, findKeys)
}

async function findKeys(directory: string, options: FindOptions): Promise<boolean> {
  const query = queryOf(options)
  return reading(directory, async db => {
    const found = await recordsOf(db, query)
    if (options.json) printJson(found.map(told))
    else for (const line of aligned(found.map(cells))) printLine(line)
    return found.length > 0
  })
}

function queryOf(options: FindOptions): Query {
  const { dumper, commit, branch, dirty, clean, host, user, since, until, key, larger, smaller } = options
  if (dirty && clean) throw usage('Give --dirty or --clean, not both.', 'clean')
  const given = { dumper, commit, branch, host, user, since, until, key }
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(options.tag.length > 0 && { tags: options.tag }),
    ...(options.attribute.length > 0 && { attributes: attributeConditions(options.attribute) }),
    ...(options.module.length > 0 && { modules: moduleConditions(options.module) }),
    ...((dirty || clean) && { dirty: dirty ?? false }),
    ...((larger !== undefined || smaller !== undefined) && {
      bytes: {
        ...(larger !== undefined && { gt: byteCount(larger, 'larger') }),
        ...(smaller !== undefined && { lt: byteCount(smaller, 'smaller') }),
      },
    }),
    ...(options.sort !== undefined && { sort: sortOf(options.sort) }),
    ...(options.limit !== undefined && { limit: wholeNumber(options.limit) }),
  }
}

/** Entries that went away since they were found are left out. */
async function recordsOf(db: DataBase, query: Query): Promise<Metadata[]> {
  const found: Metadata[] = []
  for await (const entry of db.find(query)) {
    try {
      found.push(await entry.metadata())
    } catch (error) {
      if (await db.has(entry.key)) throw error
    }
  }
  return found
}

function cells(metadata: Metadata): string[] {
  const { key, dumper, time, git } = metadata
  const bytes = bytesOf(metadata)
  return [
    printable(key),
    printable(dumper),
    bytes === null ? '-' : `${bytes} B`,
    time.toISOString().slice(0, 19).replace('T', ' '),
    git === null ? '-' : `${printable(git.commit.slice(0, 12))}${git.dirty ? '+' : ''}`,
  ]
}

function told(metadata: Metadata): object {
  const { key, dumper, time, git, host, tags, attributes, note } = metadata
  return { key, dumper, bytes: bytesOf(metadata), time, git, host, tags, attributes, note }
}

/** Null where nobody recorded the files. */
function bytesOf({ files }: Metadata): number | null {
  return files.length === 0 ? null : files.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Columns of equal width; sizes to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((most, row) => Math.max(most, row[column]!.length), 0),
  )
  return rows.map(row =>
    row
      .map((cell, i) => (i === 2 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  )
}

function byteCount(text: string, option: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text) ?? []
  if (number === undefined)
    throw usage(`--${option} is a size such as 500, 10k or 1.5G, not ${JSON.stringify(text)}.`, option)
  return Number(number) * UNITS.get(unit.toLowerCase())!
}

function sortOf(text: string): Sort {
  const found = SORTS.find(sort => sort === text)
  if (found === undefined)
    throw usage(`--sort is one of ${SORTS.join(', ')}, not ${JSON.stringify(text)}.`, 'sort')
  return found
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text))
    throw usage(`--limit has to be a whole number, not ${JSON.stringify(text)}.`, 'limit')
  return Number(text)
}
