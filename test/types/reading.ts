// What `get` and its kin give, and what they refuse.
import {
  arrow,
  csv,
  type DataBase,
  dataframe,
  type Entry,
  folder,
  json,
  type LazyArray,
  type ManagedFolder,
  type NDArray,
  ndarray,
  npz,
  subdb,
  text,
} from 'dirdict'
import { bytes } from 'dirdict/dumpers'
import { dataframe as dataframeAlone } from 'dirdict/dumpers/dataframe'
import { ndarray as ndarrayAlone } from 'dirdict/dumpers/ndarray'
import { type Equal, is } from './equal.js'

export async function reading(db: DataBase): Promise<void> {
  const plain = await db.get('x')
  is<Equal<typeof plain, unknown>>()
  // @ts-expect-error a value without a dumper is unknown
  plain.shape

  const array = await db.get('x', ndarray)
  is<Equal<typeof array, NDArray>>()
  is<Equal<typeof array.shape, readonly number[]>>()
  // @ts-expect-error an array is no string
  const _wrong: string = array
  // @ts-expect-error an array has no such member
  array.shapes

  const part = await db.get(['a', 'x'], ndarray, { rows: [0, 10], signal: new AbortController().signal })
  is<Equal<typeof part, NDArray>>()
  // @ts-expect-error `rows` are numbers
  await db.get('x', ndarray, { rows: ['0', '10'] })
  // @ts-expect-error `columns` is an option of dataframe
  await db.get('x', ndarray, { columns: ['a'] })
  // @ts-expect-error `row` is a slip
  await db.get('x', ndarray, { row: [0, 10] })
  // @ts-expect-error text has no options of its own
  await db.get('x', text, { encoding: 'utf8' })
  // @ts-expect-error `overwrite` is an option of set
  await db.get('x', text, { overwrite: true })
  // @ts-expect-error not a key
  await db.get(7, ndarray)
  // @ts-expect-error not a dumper
  await db.get('x', 'ndarray')
  // @ts-expect-error not a dumper
  await db.get('x', { name: 'ndarray' })

  const table = await db.get('t', dataframe, { columns: ['a'] })
  is<Equal<typeof table.numRows, number>>()
  // @ts-expect-error a table has no such member
  table.rowCount
  const tableAgain = await db.get('t', dataframeAlone)
  is<Equal<typeof tableAgain, typeof table>>()
  const arrayAgain = await db.get('x', ndarrayAlone)
  is<Equal<typeof arrayAgain, NDArray>>()

  const rest = await db.get('x', ndarray, { slice: [0, null, [1, -1, 2], '...'], out: new Float64Array(9) })
  is<Equal<typeof rest, NDArray>>()
  // @ts-expect-error a range has a start and a stop
  await db.get('x', ndarray, { slice: [[1]] })
  // @ts-expect-error `out` is memory for numbers
  await db.get('x', ndarray, { out: ['a'] })
  const lazy = await db.get('x', ndarray.lazy)
  is<Equal<typeof lazy, LazyArray>>()
  for await (const block of lazy.blocks({ rows: 10 })) is<Equal<typeof block, NDArray>>()
  const named = await db.get('z', npz, { names: ['a'] })
  // @ts-expect-error there may be no such array
  named.a.shape
  is<Equal<typeof named.a, NDArray | undefined>>()

  const some = await db.get('t', dataframe, {
    where: { a: { gt: 1, lte: 5n }, b: null, c: 'x' },
    rows: [0, -1],
  })
  is<Equal<typeof some, typeof table>>()
  // @ts-expect-error no such comparison
  await db.get('t', dataframe, { where: { a: { above: 1 } } })
  // @ts-expect-error `in` takes several values
  await db.get('t', dataframe, { where: { a: { in: 1 } } })
  const texts = await db.get('t', csv, { types: { a: 'int64', b: 'timestamp[ns]' }, columns: ['a'] })
  is<Equal<typeof texts, typeof table>>()
  const batches = await db.get('t', arrow, { columns: ['a'], rows: [0, 5] })
  is<Equal<typeof batches, typeof table>>()

  const words = await db.get('s', text)
  is<Equal<typeof words, string>>()
  const raw = await db.get('b', bytes)
  is<Equal<typeof raw, Uint8Array>>()
  const value = await db.get('j', json)
  is<Equal<typeof value, unknown>>()
  const files = await db.get('f', folder)
  is<Equal<typeof files, ManagedFolder>>()
  const inner = await db.get('n', subdb)
  is<Equal<typeof inner, DataBase>>()
  const made = await db.sub('n', { create: true })
  is<Equal<typeof made, DataBase>>()
  // @ts-expect-error `make` is a slip
  await db.sub('n', { make: true })
  const deep = await (await db.sub('n')).get('x', ndarray)
  is<Equal<typeof deep, NDArray>>()

  const orUnknown = await db.getOr('x', 0)
  is<Equal<typeof orUnknown, unknown>>()
  const orUndefined = await db.getOr('x', undefined, ndarray)
  is<Equal<typeof orUndefined, NDArray | undefined>>()
  // @ts-expect-error it may be undefined
  orUndefined.shape
  const orEmpty = await db.getOr('x', 'empty', text)
  is<Equal<typeof orEmpty, string>>()
  // @ts-expect-error `columns` is an option of dataframe
  await db.getOr('x', undefined, ndarray, { columns: ['a'] })

  const keys = await db.keys({ recurse: true })
  is<Equal<typeof keys, string[]>>()
  // @ts-expect-error `recursive` is a slip
  await db.keys({ recursive: true })
  const gone = await db.delete('x')
  is<Equal<typeof gone, boolean>>()
  // @ts-expect-error `timeout` is a number
  await db.delete('x', { timeout: '1 s' })

  // @ts-expect-error no such member of a query
  await db.find({ tag: 'a' })
  const found = await db.find({ tags: ['a'], since: new Date(), dirty: false, dumper: ndarray })
  is<Equal<typeof found, Entry[]>>()
  for await (const [key, entry] of db) {
    is<Equal<typeof key, string>>()
    is<Equal<typeof entry, Entry>>()
  }
}

export async function entries(entry: Entry): Promise<void> {
  const plain = await entry.get()
  is<Equal<typeof plain, unknown>>()
  const array = await entry.get(ndarray, { rows: [0, 1] })
  is<Equal<typeof array, NDArray>>()
  const inner = await entry.get(subdb)
  is<Equal<typeof inner, DataBase>>()
  // @ts-expect-error `columns` is an option of dataframe
  await entry.get(ndarray, { columns: ['a'] })
  // @ts-expect-error read only
  entry.key = 'y'
  const { time, git, tags } = await entry.metadata()
  is<Equal<typeof time, Date>>()
  is<Equal<typeof tags, readonly string[]>>()
  // @ts-expect-error there may be no repository
  git.commit
}
