// What `set` and its kin take, and what they refuse.
import {
  array,
  arrow,
  type Batch,
  bytes,
  csv,
  type DataBase,
  dataframe,
  folder,
  json,
  type NDArray,
  ndarray,
  npz,
  structured,
  subdb,
  text,
} from 'dirdict'
import { type Equal, is } from './equal.js'

export async function writing(db: DataBase, other: DataBase): Promise<void> {
  await db.set('x', { any: ['value', 1, null] })
  await db.set('x', new Float64Array(3), { tags: ['raw'], durability: 'relaxed', overwrite: false })
  await db.set(['a', 'x'], array([1, 2, 3, 4], [2, 2]), ndarray, { attributes: { cell: 7 }, timeout: 100 })
  await db.set('x', { data: new Float32Array(4), shape: [2, 2] }, ndarray)
  await db.set('t', [['a', [1, 2]]], dataframe, { compression: 'snappy', durability: 'relaxed' })
  await db.set('t', [{ a: 1 }, { a: 2 }], dataframe)
  await db.set('s', 'words', text)
  await db.set('b', new Uint8Array(1), bytes)
  await db.set('j', { a: 1 }, json)
  await db.set('f', { 'a.txt': 'a' }, folder)

  await db.set('x', blocks(), ndarray)
  await db.set('x', structured({ time: new Float64Array(2), cell: array(['a', 'b']) }), ndarray)
  await db.set('z', { a: new Float64Array(2), b: array([1, 2]) }, npz, { compression: 'store' })
  await db.set('z', new Float64Array(2), npz)
  await db.set('t', [{ a: 1 }], dataframe, { rowGroupSize: 1000 })
  await db.set('t', 'a,b\n1,2\n', csv, { types: { a: 'float64' }, delimiter: ',' })
  await db.set('t', [{ a: 1 }], arrow)

  // @ts-expect-error no such compression of an archive
  await db.set('z', new Float64Array(2), npz, { compression: 'zstd' })
  // @ts-expect-error blocks of tables are no array
  await db.set('x', tables(), ndarray)
  // @ts-expect-error no such type of a column
  await db.set('t', 'a\n1\n', csv, { types: { a: 'float' } })
  // @ts-expect-error a string is no array
  await db.set('x', 'abc', ndarray)
  // @ts-expect-error a plain object is no array
  await db.set('x', { values: [1, 2] }, ndarray)
  // @ts-expect-error a number is no text
  await db.set('s', 7, text)
  // @ts-expect-error a number is no table
  await db.set('t', 7, dataframe)
  // @ts-expect-error text is no bytes
  await db.set('b', 'abc', bytes)
  // @ts-expect-error files are text or bytes
  await db.set('f', { 'a.txt': 7 }, folder)
  // @ts-expect-error nothing is stored as a database
  await db.set('n', {}, subdb)

  // @ts-expect-error `gzip` is no compression
  await db.set('t', [{ a: 1 }], dataframe, { compression: 'gzip' })
  // @ts-expect-error `compress` is a slip
  await db.set('t', [{ a: 1 }], dataframe, { compress: 'zstd' })
  // @ts-expect-error ndarray has no `compression`
  await db.set('x', new Float64Array(3), ndarray, { compression: 'zstd' })
  // @ts-expect-error `tag` is a slip
  await db.set('x', 1, { tag: ['raw'] })
  // @ts-expect-error `tags` is an array
  await db.set('x', 1, { tags: 'raw' })
  // @ts-expect-error no such durability
  await db.set('x', 1, { durability: 'none' })
  // @ts-expect-error not a key
  await db.set(1, 1)
  // @ts-expect-error not a dumper
  await db.set('x', 1, { name: 'x' }, {})

  await db.rename('x', 'y', { timeout: 5 })
  await db.copy('x', other, ['a', 'x'], { overwrite: true })
  // @ts-expect-error a copy keeps the tags of its original
  await db.copy('x', other, 'y', { tags: ['copied'] })
  // @ts-expect-error not a database
  await db.copy('x', '/other/database')
}

async function* blocks(): AsyncGenerator<Float64Array> {
  yield new Float64Array(2)
}

async function* tables(): AsyncGenerator<{ a: number }[]> {
  yield [{ a: 1 }]
}

export async function updating(db: DataBase): Promise<void> {
  const count = await db.update('n', value => (value === undefined ? 'first' : `${value} more`), text)
  is<Equal<typeof count, string>>()
  await db.update(
    'x',
    async value => {
      is<Equal<typeof value, NDArray | undefined>>()
      return value ?? array([1])
    },
    ndarray,
  )
  await db.update('j', value => {
    is<Equal<typeof value, unknown>>()
    return [value]
  })
  // @ts-expect-error text takes no number
  await db.update('s', () => 7, text)
  // @ts-expect-error it may be undefined
  await db.update('s', value => value.trim(), text)
  // @ts-expect-error `tag` is a slip
  await db.update('s', () => 'a', text, { tag: ['a'] })

  const trace = await db.maybeCalculate('x', async () => new Float64Array(3), ndarray, { force: true })
  is<Equal<typeof trace, NDArray>>()
  const unknown = await db.maybeCalculate('x', () => 1, { force: true, tags: ['a'] })
  is<Equal<typeof unknown, unknown>>()
  // @ts-expect-error ndarray takes no string
  await db.maybeCalculate('x', () => 'abc', ndarray)
  // @ts-expect-error `forced` is a slip
  await db.maybeCalculate('x', () => 1, { forced: true })
  // @ts-expect-error ndarray has no `compression`
  await db.maybeCalculate('x', () => new Float64Array(3), ndarray, { compression: 'zstd' })

  const result = await db.batch(async batch => {
    is<Equal<typeof batch, Batch>>()
    await batch.set('x', new Float64Array(3), ndarray)
    await batch.set('t', [{ a: 1 }], dataframe, { compression: 'snappy' })
    await batch.set('y', 1, { tags: ['a'] })
    // @ts-expect-error ndarray takes no string
    await batch.set('x', 'abc', ndarray)
    // @ts-expect-error ndarray has no `compression`
    await batch.set('x', new Float64Array(3), ndarray, { compression: 'zstd' })
    // @ts-expect-error a batch only sets
    await batch.get('x')
    return 3
  })
  is<Equal<typeof result, number | undefined>>()
}
