/**
 * Compares entries file by file: text, bytes, managed folders, and formats that are not known here. And nested databases,
 * by their keys.
 */
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { crc32 } from 'node:zlib'
import { type Difference, onlyIn } from './difference.js'
import type { Side } from './side.js'

/** What says of an entry how it is read and where it came from: no data. */
const RECORDS: readonly string[] = ['Loader.json', 'metadata.json', 'dirdict.json', 'dirdict.history.json']

/** Length and CRC-32 of a file. */
type Sums = string

export async function compareFiles(a: Side, b: Side): Promise<Difference> {
  return compareNames(await filesOf(a), await filesOf(b), 'files')
}

/** Whether both hold the same keys, and their files are the same. */
export async function compareDatabases(a: Side, b: Side): Promise<Difference> {
  return compareNames(await keysOf(a), await keysOf(b), 'keys')
}

function compareNames(
  before: ReadonlyMap<string, Sums>,
  after: ReadonlyMap<string, Sums>,
  unit: string,
): Difference {
  const { removed, added } = onlyIn(before.keys(), after.keys())
  const differing = [...before]
    .filter(([name, sums]) => after.has(name) && after.get(name) !== sums)
    .map(([name, sums]) => [name, { from: sums, to: after.get(name) }] as const)
  const facts = {
    ...(removed.length > 0 && { removed }),
    ...(added.length > 0 && { added }),
    ...(differing.length > 0 && { changed: Object.fromEntries(differing) }),
  }
  const equal = Object.keys(facts).length === 0
  return { equal, facts: equal ? { [unit]: before.size } : facts }
}

/** As they were recorded; what nobody recorded, folders for instance and what Python wrote, as it is. */
async function filesOf({ db, key, metadata }: Side): Promise<Map<string, Sums>> {
  if (metadata.files.length > 0)
    return new Map(metadata.files.map(({ name, bytes, crc32: sum }) => [name, sums(bytes, sum)]))
  const path = db.path(key)
  const found = new Map<string, Sums>()
  for (const file of await readdir(path, { recursive: true, withFileTypes: true })) {
    const full = join(file.parentPath, file.name)
    const name = relative(path, full)
    if (file.isFile() && !RECORDS.includes(name)) found.set(name, await sumsOf(full))
  }
  return found
}

/** Nested databases are among them, before the keys in them. */
async function keysOf({ db, key }: Side): Promise<Map<string, Sums>> {
  const nested = await db.sub(key)
  const found = new Map<string, Sums>()
  for (const entry of await nested.entries({ recurse: true })) {
    const metadata = await entry.metadata()
    const files = metadata.dumper === 'subdb' ? [] : await filesOf({ db: nested, key: entry.key, metadata })
    found.set(entry.key, [entry.dumper, ...[...files].map(([name, sum]) => `${name} ${sum}`)].join(', '))
  }
  return found
}

async function sumsOf(path: string): Promise<Sums> {
  let [bytes, sum] = [0, 0]
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
    bytes += piece.length
    sum = crc32(piece, sum)
  }
  return sums(bytes, sum)
}

function sums(bytes: number, sum: number): Sums {
  return `${bytes} bytes, crc32 ${sum.toString(16).padStart(8, '0')}`
}
