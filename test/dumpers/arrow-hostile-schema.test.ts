/** Arrow files whose schemas or dictionaries lie, and valid ones that apache-arrow cannot hold. */
import * as apache from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import {
  type FlatReference,
  int8,
  int16,
  int32,
  references,
  table,
  text,
} from '../../dumpers/_ipc/flat-writer.js'
import { storeArrow } from './arrow-entry.js'
import {
  codeOfForged,
  type ForgedFile,
  type ForgedMessage,
  forgedSchema,
  openForged,
  shared,
} from './arrow-forge.js'

const NOTHING = new Uint8Array(0)
const schemaOf = (type: apache.DataType): apache.Schema =>
  new apache.Schema([new apache.Field('x', type, true)])
const item = new apache.Field('item', new apache.Int32(), true)
const ints: ForgedMessage = { rows: 2, nodes: [2, 0], buffers: [NOTHING, Int32Array.of(7, 8)] }
const intFile: ForgedFile = { schema: schemaOf(new apache.Int32()), messages: [ints] }

const message = (type: apache.DataType, changes: Partial<ForgedMessage>): ForgedFile => ({
  schema: schemaOf(type),
  messages: [{ ...ints, ...changes }],
})

describe('dictionaries', () => {
  const type = new apache.Dictionary(new apache.Utf8(), new apache.Int32(), 1)
  const values = (id: number, text: string, isDelta?: boolean): ForgedMessage => ({
    rows: 2,
    nodes: [2, 0],
    buffers: [NOTHING, Int32Array.of(0, 1, 2), Buffer.from(text)],
    dictionary: { id, ...(isDelta === undefined ? {} : { isDelta }) },
  })
  const keys = (...all: number[]): ForgedMessage => ({ ...ints, buffers: [NOTHING, Int32Array.from(all)] })
  const file = (...messages: ForgedMessage[]): ForgedFile => ({ schema: schemaOf(type), messages })

  test('of another program may come in several pieces', async () => {
    const { loadBare } = await openForged(file(values(1, 'ab'), values(1, 'cd', true), keys(3, 0)))
    expect((await loadBare()).getChild('x')?.toJSON()).toEqual(['d', 'a'])
    const stored = await storeArrow(await loadBare())
    expect((await stored.load()).getChild('x')?.toJSON()).toEqual(['d', 'a'])
  })

  test.each<[string, ForgedFile]>([
    ['a key without a value', file(values(1, 'ab'), keys(0, 2))],
    ['a negative key', file(values(1, 'ab'), keys(0, -1))],
    ['no dictionary', file(keys(0, 1))],
    ['the dictionary of another column', file(values(2, 'ab'), keys(0, 1))],
    ['a dictionary that is replaced', file(values(1, 'ab'), values(1, 'cd'), keys(0, 1))],
    ['a piece that comes first', file(values(1, 'ab', true), keys(0, 1))],
    [
      'a batch in its place',
      {
        ...file(keys(0, 1), keys(0, 1)),
        blocks: ([block, ...rest]) => [{ ...block!, isDictionary: true }, ...rest],
      },
    ],
    ['a damaged dictionary', file({ ...values(1, 'ab'), nodes: [3, 0] }, keys(0, 1))],
  ])('with %s are CORRUPT_ENTRY', async (_what, forged) => {
    expect(await codeOfForged(forged)).toBe('CORRUPT_ENTRY')
  })
})

describe('UNSUPPORTED_FORMAT for', () => {
  const union = new apache.SparseUnion([0], [item])
  const named = (...slots: Parameters<typeof forgedSchema>[0][0]): ForgedFile => ({
    schema: forgedSchema([[text('x'), undefined, ...slots]]),
    messages: [],
  })
  test.each<[string, ForgedFile, RegExp]>([
    ['compressed bodies', message(new apache.Int32(), { isCompressed: true }), /uncompressed/],
    ['big-endian files', { schema: forgedSchema([], 1), messages: [] }, /big-endian/],
    ['the first versions', { ...intFile, version: 1 }, /version 2/],
    ['versions to come', { ...intFile, version: 5 }, /version 6/],
    ['messages of the first versions', message(new apache.Int32(), { version: 2 }), /version 3/],
    [
      'unions of old',
      message(union, {
        version: 3,
        nodes: [2, 0, 2, 0],
        buffers: [NOTHING, new Int8Array(2), NOTHING, new Int32Array(2)],
      }),
      /union/,
    ],
    [
      'batches of 2^40 rows',
      message(new apache.Null(), { rows: 2 ** 40, nodes: [2 ** 40, 0], buffers: [] }),
      /1099511627776 rows in one batch/,
    ],
    [
      '2^32 rows',
      {
        schema: schemaOf(new apache.Null()),
        messages: new Array(3).fill({ rows: 2 ** 31 - 1, nodes: [2 ** 31 - 1, 0], buffers: [] }),
      },
      /6442450941 rows in 1 columns/,
    ],
    ['run-end encoded columns', named(int8(22), table([])), /run-end encoded/],
    ['list views', named(int8(25), table([])), /list view/],
    [
      'dictionaries with 64-bit keys',
      named(int8(5), table([]), table([undefined, table([int32(64)])])),
      /64-bit keys/,
    ],
    [
      'two columns of one name',
      { schema: new apache.Schema([item, item]), messages: [] },
      /two columns of one name/,
    ],
    [
      'columns nested two hundred deep',
      {
        schema: forgedSchema([[text('x'), undefined, int8(13), table([]), undefined, nested(200)]]),
        messages: [],
      },
      /deeper than 64/,
    ],
  ])('%s', async (_what, file, message) => {
    const { loadBare } = await openForged(file)
    await expect(loadBare()).rejects.toThrow(message)
    await expect(loadBare()).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      details: { file: 'value.arrow' },
    })
  })
})

describe('a schema', () => {
  const field = (
    type: number,
    slots: readonly (FlatReference | ReturnType<typeof int32>)[],
    children?: FlatReference,
  ): ForgedFile => ({
    schema: forgedSchema([[text('x'), undefined, int8(type), table(slots), undefined, children]]),
    messages: [],
  })
  const leaf = table([text('c'), undefined, int8(6), table([])])
  test.each<[string, ForgedFile]>([
    ['of integers with 7 bits', field(2, [int32(7)])],
    ['of floats of an unknown precision', field(3, [int16(3)])],
    ['of an unknown type', field(99, [])],
    ['without a type', field(0, [])],
    ['of times in seconds with 64 bits', field(9, [int16(0), int32(64)])],
    ['of decimals with 100 bits', field(7, [int32(1), int32(1), int32(100)])],
    ['of binaries of negative size', field(15, [int32(-1)])],
    ['of lists of negative size', field(16, [int32(-1)], references([leaf]))],
    ['of lists without items', field(12, [])],
    ['of lists with two kinds of items', field(12, [], references([leaf, leaf]))],
    ['of maps of booleans', field(17, [], references([leaf]))],
    ['of booleans with children', field(6, [], references([leaf]))],
    // 50 levels of two fields each would be 2^50 fields, from a few hundred bytes.
    ['that says the same again and again', field(13, [], doubled(50))],
  ])('%s is CORRUPT_ENTRY', async (_what, file) => {
    expect(await codeOfForged(file)).toBe('CORRUPT_ENTRY')
  })
})

test('what is nested deeper than is read is not written', async () => {
  const deep = (depth: number): apache.DataType =>
    depth > 1 ? new apache.Struct([new apache.Field('x', deep(depth - 1))]) : new apache.Null()
  const empty = (depth: number): apache.Table => new apache.Table(schemaOf(deep(depth)))
  expect((await (await storeArrow(empty(64))).load()).numCols).toBe(1)
  await expect(storeArrow(empty(65))).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
})

/** Structs within structs. */
function nested(depth: number): FlatReference {
  const children = depth > 1 ? nested(depth - 1) : undefined
  return references([table([text('x'), undefined, int8(13), table([]), undefined, children])])
}

/** The same, with two fields on each level that are one. */
function doubled(depth: number): FlatReference {
  const children = depth > 1 ? doubled(depth - 1) : undefined
  const field = shared(table([text('x'), undefined, int8(13), table([]), undefined, children]))
  return references([field, field])
}
