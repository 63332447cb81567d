/**
 * Databases of more keys than are searched without an index, made by plain copies of one entry, and a look at how a
 * search went.
 */
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { DumperTable } from '../../../src/dumper-table.js'
import { compileQuery, type Query } from '../../../src/find/query.js'
import { type Manner, search } from '../../../src/find/search.js'
import { DataBase } from '../../../src/index.js'
import { Session } from '../../../src/session.js'

const SERVICE = '.deleting.dirdict'

/** A database of `count` keys `k0000`, …, whose attribute `n` is their number. */
export async function manyKeys(path: string, count: number): Promise<DataBase> {
  const db = await DataBase.open(path, { durability: 'relaxed' })
  await db.set('sample', 1, { attributes: { n: 123456 } })
  const files = ['Loader.json', 'dirdict.json', 'value.json'].map(
    name => [name, readFileSync(`${path}/sample/${name}`, 'utf8')] as const,
  )
  for (let i = 0; i < count; i++) {
    const entry = `${path}/k${String(i).padStart(4, '0')}`
    mkdirSync(entry)
    for (const [name, text] of files) writeFileSync(`${entry}/${name}`, text.replace('123456', String(i)))
  }
  await db.delete('sample')
  return db
}

export function indexFile(path: string): string {
  return `${path}/${SERVICE}/index-${process.geteuid?.() ?? 0}.json`
}

export function dropIndex(path: string): void {
  rmSync(indexFile(path), { recursive: true, force: true })
}

/** The directory looks as if nobody had changed it for a minute. */
export function backdate(path: string): void {
  const { mtimeMs } = statSync(path)
  utimesSync(path, mtimeMs / 1000 - 60, mtimeMs / 1000 - 60)
}

/** What a search finds, with everything that a search knows of it. */
export async function factsFound(
  path: string,
  manner: Partial<Manner> = {},
  // Asks for annotations, so that they are read too.
  query: Query = { tags: [] },
): Promise<[key: string, facts: string][]> {
  const session = new Session({
    readonly: false,
    durability: 'relaxed',
    dumpers: new DumperTable(),
    locks: undefined,
  })
  const found: [string, string][] = []
  for await (const { place, facts } of search(
    { session, ...manner },
    session.directory(path),
    compileQuery(query),
  )) {
    found.push([place.key, JSON.stringify(facts)])
  }
  return found
}

/** The same by reading every record. */
export function factsScanned(path: string): Promise<[key: string, facts: string][]> {
  return factsFound(path, { byIndex: false })
}
