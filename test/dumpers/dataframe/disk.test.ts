/** dataframe: what pandas and other programs find on disk. */
import * as arrow from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { keyValues, readFooter } from '../../../dumpers/_parquet/footer.js'
import { footerBytes } from '../../../dumpers/_parquet/stitch.js'
import type { TableInput } from '../../../dumpers/dataframe.js'
import { store } from './stored.js'

describe('on disk', () => {
  test('the same value gives the same bytes', async () => {
    const value = (): TableInput => [
      ['d', arrow.vectorFromArray(['x', 'y'])],
      ['n', [1, null]],
    ]
    expect((await store(value())).bytes).toEqual((await store(value())).bytes)
    expect((await store(value(), { compression: 'snappy' })).bytes).not.toEqual((await store(value())).bytes)
  })

  test('pandas sees a frame with a range index', async () => {
    const { load, meta } = await store([
      ['rate', [0.5, null]],
      ['größe', ['x', 'y']],
      ['n', Int32Array.of(1, 2)],
      ['ok', [true, null]],
      ['at', [new Date(0), new Date(1)]],
      ['id', [1n, null]],
    ])
    expect(meta).toEqual({
      columns: ['rate', 'größe', 'n', 'ok', 'at', 'id'],
      column_name_dtypes: ['<U4', '<U5', '<U1', '<U2', '<U2', '<U2'],
      index_dtype: 'int64',
      dtypes: ['float64', 'object', 'int32', 'object', 'datetime64[ms]', 'float64'],
    })
    const pandas = JSON.parse((await load()).schema.metadata.get('pandas')!)
    expect(pandas.index_columns).toEqual([{ kind: 'range', name: null, start: 0, stop: 2, step: 1 }])
    expect(pandas.columns[1]).toEqual({
      name: 'größe',
      field_name: 'größe',
      pandas_type: 'unicode',
      numpy_type: 'object',
      metadata: null,
    })
    expect(Object.keys(pandas)).toEqual([
      'index_columns',
      'column_indexes',
      'columns',
      'creator',
      'pandas_version',
    ])
  })

  test('the range index follows when rows were taken away', async () => {
    const back = await (await store([['a', [1, 2, 3]]])).load()
    const again = await (await store(back.slice(0, 2))).load()
    expect(JSON.parse(again.schema.metadata.get('pandas')!).index_columns[0].stop).toBe(2)
  })
})

test('a column that got another type is not what the older record of pandas says', async () => {
  const column = (type: arrow.DataType): [string, arrow.Vector] => [
    String(type),
    arrow.vectorFromArray([1, 2], type),
  ]
  const renamed = (types: readonly arrow.DataType[]): [string, arrow.Vector][] =>
    types.map((type, i) => [`c${i}`, column(type)[1]])
  const category = new arrow.Dictionary(new arrow.Float64(), new arrow.Int8())
  const [utc, local, berlin] = ['UTC', undefined, 'Europe/Berlin'].map(
    zone => new arrow.TimestampNanosecond(zone),
  )
  const before = await (await store(renamed([category, utc!, local!, utc!]))).load()
  const vectors = renamed([new arrow.Int8(), local!, berlin!, berlin!])
  const bare = new arrow.Table(Object.fromEntries(vectors))
  const table = new arrow.Table(new arrow.Schema(bare.schema.fields, before.schema.metadata), bare.batches)
  const { meta } = await store(table)
  const dtypes = ['int8', 'datetime64[ns]', 'datetime64[ns, Europe/Berlin]', 'datetime64[ns, Europe/Berlin]']
  expect(meta).toMatchObject({ dtypes })
})

test('an index without a name stays an index', async () => {
  const entry = {
    name: null,
    field_name: '__index_level_0__',
    pandas_type: 'int64',
    numpy_type: 'int64',
    metadata: null,
  }
  const pandas = JSON.stringify({
    index_columns: ['__index_level_0__'],
    column_indexes: [],
    columns: [entry],
  })
  const fields = [
    new arrow.Field('a', new arrow.Float64(), true),
    new arrow.Field('__index_level_0__', new arrow.Int64(), true),
  ]
  const schema = new arrow.Schema(
    fields,
    new Map([
      ['pandas', pandas],
      ['study', 'L5'],
    ]),
  )
  const children: arrow.Data[] = [
    ...arrow.makeVector(Float64Array.of(1, 2)).data,
    ...arrow.makeVector(BigInt64Array.of(5n, 7n)).data,
  ]
  const data = arrow.makeData({ type: new arrow.Struct(fields), length: 2, nullCount: 0, children })
  const { load, meta } = await store(new arrow.Table(schema, [new arrow.RecordBatch(schema, data)]))
  expect(meta).toEqual({
    columns: ['a'],
    column_name_dtypes: ['<U1'],
    index_dtype: 'int64',
    dtypes: ['float64'],
  })
  const { metadata } = (await load()).schema
  expect(metadata.get('study')).toBe('L5')
  expect(JSON.parse(metadata.get('pandas') ?? '')).toMatchObject({
    index_columns: ['__index_level_0__'],
    columns: [{ name: 'a' }, entry],
  })
})

test('the notes of the schema are in the embedded Arrow schema, where pyarrow looks for them, and beside it', async () => {
  const { bytes } = await store([['a', [1]]])
  const notes = keyValues(readFooter(footerBytes(bytes)))
  expect([...notes.keys()]).toEqual(['ARROW:schema', 'pandas', 'dirdict.crc32'])
  expect(JSON.parse(notes.get('pandas') ?? '').index_columns).toHaveLength(1)
  const embedded = arrow.tableFromIPC(Buffer.from(notes.get('ARROW:schema') ?? '', 'base64')).schema
  expect([...embedded.metadata]).toEqual([['pandas', notes.get('pandas')]])
})
