/**
 * Values of the torture run. Each carries the key it was written for, a number that no other value has and its version,
 * in every file of it, so that nobody can take a mix of two values for a whole one.
 */
import { createHash } from 'node:crypto'
import { array, clone, ndarray, partitions, zarr } from '../../../dist/src/index.js'

const FILES = ['first', 'second', 'third']
const HEAD = 4

/** Three files and a checksum over them. */
export const quartet = {
  name: 'quartet',
  check: value => Number.isInteger(value?.id),
  async dump(identity, folder) {
    const hash = createHash('sha256')
    for (const file of FILES) {
      const text = `${JSON.stringify(identity)}|${file}|${String(identity.id).repeat(1 + (identity.id % 200))}`
      hash.update(text)
      await folder.write(file, Buffer.from(text))
    }
    await folder.write('sum', Buffer.from(hash.digest('hex')))
    return identity
  },
  async load(folder, identity) {
    const hash = createHash('sha256')
    for (const file of FILES) {
      const text = Buffer.from(await folder.read(file)).toString()
      if (!text.startsWith(`${JSON.stringify(identity)}|${file}|`)) throw torn('quartet', identity)
      hash.update(text)
    }
    if (Buffer.from(await folder.read('sum')).toString() !== hash.digest('hex'))
      throw torn('quartet', identity)
    return identity
  },
}

/** How a value of a format is made of an identity, and the identity taken out of it again; throws where it is torn. */
const FORMATS = {
  array: { dumper: ndarray, options: {}, make: numbers, identityOf: ({ data }) => identityIn(data) },
  value: { dumper: clone, options: {}, make: mapOf, identityOf: identityInMap },
  quartet: { dumper: quartet, options: {}, make: identity => identity, identityOf: identity => identity },
  grid: {
    dumper: zarr,
    options: { chunks: 60, compression: 'none' },
    make: identity => array(numbers(identity), [numbers(identity).length]),
    identityOf: ({ data }) => identityIn(data),
  },
  table: { dumper: partitions, options: { partitionSize: 1500 }, make: rowsOf, identityOf: identityInTable },
}

/** The format of a key. */
export function formatOf(key) {
  return FORMATS[key] ?? (key.startsWith('batch') ? FORMATS.value : FORMATS.quartet)
}

/** The identity in what a copy or a rename of any key gave. */
export async function identityOfAny(value) {
  if (value instanceof Map) return identityInMap(value)
  if (value?.data !== undefined) return identityIn(value.data)
  return value?.partitions === undefined ? value : identityInTable(value)
}

export function torn(what, found) {
  return new Error(`TORN ${what}: ${JSON.stringify(found)}`)
}

function numbers({ key, id, version }) {
  const values = Float64Array.from({ length: HEAD + (id % 500) }, (_, i) => id + i)
  values.set([codeOf(key), id, version, values.length])
  return values
}

function identityIn(data) {
  const [code, id, version, length] = data
  const isWhole = length === data.length && data.every((value, i) => i < HEAD || value === id + i)
  if (!isWhole) throw torn('array', [...data.subarray(0, HEAD), data.length])
  return { key: Object.keys(FORMATS).find(key => codeOf(key) === code), id, version }
}

function codeOf(key) {
  return Object.keys(FORMATS).indexOf(key)
}

function mapOf(identity) {
  const payload = String(identity.id).repeat(identity.id % 90)
  return new Map([
    ['identity', identity],
    ['payload', payload],
    ['sum', sumOf(identity, payload)],
  ])
}

function identityInMap(value) {
  const identity = value.get('identity')
  if (value.get('sum') !== sumOf(identity, value.get('payload'))) throw torn('value', identity)
  return identity
}

function sumOf(identity, payload) {
  return createHash('sha1')
    .update(`${JSON.stringify(identity)}|${payload}`)
    .digest('hex')
}

function rowsOf({ key, id, version }) {
  const rows = 40 + (id % 160)
  return Array.from({ length: rows }, (_, i) => ({ key: codeOf(key), id, version, rows, i }))
}

async function identityInTable(handle) {
  try {
    const found = (await handle.toTable()).toArray().map(row => row.toJSON())
    const { id, version, rows } = found[0]
    const isWhole = rows === found.length && found.every((row, i) => row.id === id && row.i === i)
    if (!isWhole) throw torn('table', { id, rows, found: found.length })
    return { key: 'table', id: Number(id), version: Number(version) }
  } finally {
    await handle.close()
  }
}
