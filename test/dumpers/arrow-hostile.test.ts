/** Arrow files whose messages lie are CORRUPT_ENTRY, at once and without memory for what they claim. */
import * as apache from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { codeOfForged, type ForgedFile, type ForgedMessage, openForged } from './arrow-forge.js'

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

test('the file that is changed below is read', async () => {
  const { loadBare } = await openForged(intFile)
  expect((await loadBare()).getChild('x')?.toJSON()).toEqual([7, 8])
})

describe('CORRUPT_ENTRY for', () => {
  const utf8 = new apache.Utf8()
  const list = new apache.List(item)
  const strings = (offsets: number[], bytes: Uint8Array): Partial<ForgedMessage> => ({
    buffers: [NOTHING, Int32Array.from(offsets), bytes],
  })
  const lists = (offsets: number[], length = 2): Partial<ForgedMessage> => ({
    nodes: [2, 0, length, 0],
    buffers: [NOTHING, Int32Array.from(offsets), NOTHING, Int32Array.of(1, 2)],
  })
  const view = (length: number, index: number, offset: number, prefix = 0): ArrayBufferView =>
    Int32Array.of(length, prefix, index, offset, 0, 0, 0, 0)

  test.each<[string, ForgedFile]>([
    [
      'a buffer of negative length',
      message(new apache.Int32(), {
        regions: [0, 0, 0, -8],
      }),
    ],
    [
      'a buffer at a negative place',
      message(new apache.Int32(), {
        regions: [0, 0, -8, 8],
      }),
    ],
    [
      'a buffer after the end of its body',
      message(new apache.Int32(), {
        regions: [0, 0, 8, 8],
      }),
    ],
    [
      'a buffer of 2^53 bytes',
      message(new apache.Int32(), {
        regions: [0, 0, 0, 2 ** 53 - 1],
      }),
    ],
    [
      'buffers that share bytes',
      message(new apache.Int32(), {
        nodes: [2, 1],
        regions: [0, 8, 0, 8],
      }),
    ],
    ['too few buffers', message(new apache.Int32(), { buffers: [NOTHING] })],
    ['too many buffers', message(new apache.Int32(), { buffers: [NOTHING, Int32Array.of(7, 8), NOTHING] })],
    ['too few columns', message(new apache.Int32(), { nodes: [] })],
    [
      'too many columns',
      message(new apache.Int32(), {
        nodes: [2, 0, 2, 0],
      }),
    ],
    ['more rows than its columns', message(new apache.Int32(), { rows: 3 })],
    ['more values than there are', message(new apache.Int32(), { rows: 3, nodes: [3, 0] })],
    ['a negative number of rows', message(new apache.Int32(), { rows: -1, nodes: [-1, 0] })],
    ['more nulls than rows', message(new apache.Int32(), { nodes: [2, 3] })],
    ['nulls without a bitmap', message(new apache.Int32(), { nodes: [2, 1] })],
    [
      'nulls that are not in the bitmap',
      message(new apache.Int32(), { nodes: [2, 1], buffers: [Uint8Array.of(3), Int32Array.of(7, 8)] }),
    ],
    [
      'fewer nulls than in the bitmap',
      message(new apache.Int32(), { buffers: [Uint8Array.of(1), Int32Array.of(7, 8)] }),
    ],
    [
      'a bitmap shorter than its column',
      message(new apache.Int8(), { rows: 9, nodes: [9, 1], buffers: [Uint8Array.of(1), new Int8Array(9)] }),
    ],
    ['a body that the footer gives another length', message(new apache.Int32(), { bodyLength: 16 })],
    ['falling offsets', message(utf8, strings([0, 2, 1], Buffer.from('ab')))],
    ['a negative offset', message(utf8, strings([-1, 0, 1], Buffer.from('ab')))],
    ['an offset after the end', message(utf8, strings([0, 1, 9], Buffer.from('ab')))],
    ['fewer offsets than rows', message(utf8, strings([0, 1], Buffer.from('ab')))],
    ['text that is not UTF-8', message(utf8, strings([0, 1, 2], Uint8Array.of(0x61, 0xff)))],
    ['text that is cut within a character', message(utf8, strings([0, 1, 2], Buffer.from('é')))],
    [
      'large offsets beyond 2^53',
      message(new apache.LargeUtf8(), {
        buffers: [NOTHING, BigInt64Array.of(0n, 1n, 2n ** 62n), Buffer.from('ab')],
      }),
    ],
    ['lists of items that are not there', message(list, lists([0, 1, 3]))],
    ['lists with falling offsets', message(list, lists([0, 2, 1]))],
    ['lists with fewer items than said', message(list, lists([0, 1, 2], 3))],
    [
      'lists of fixed size with too few items',
      message(new apache.FixedSizeList(2, item), {
        nodes: [2, 0, 3, 0],
        buffers: [NOTHING, NOTHING, Int32Array.of(1, 2, 3)],
      }),
    ],
    [
      'a struct that is longer than its fields',
      message(new apache.Struct([item]), {
        nodes: [2, 0, 1, 0],
        buffers: [NOTHING, NOTHING, Int32Array.of(1)],
      }),
    ],
    [
      'a union of an unknown type',
      message(new apache.SparseUnion([0], [item]), {
        nodes: [2, 0, 2, 0],
        buffers: [Int8Array.of(0, 1), NOTHING, Int32Array.of(1, 2)],
      }),
    ],
    [
      'a union that points beyond its values',
      message(new apache.DenseUnion([0], [item]), {
        nodes: [2, 0, 2, 0],
        buffers: [Int8Array.of(0, 0), Int32Array.of(0, 2), NOTHING, Int32Array.of(1, 2)],
      }),
    ],
    [
      'a view of negative length',
      message(new apache.BinaryView(), { counts: [0], buffers: [NOTHING, view(-1, 0, 0)] }),
    ],
    [
      'a view into a missing buffer',
      message(new apache.BinaryView(), { counts: [0], buffers: [NOTHING, view(20, 0, 0)] }),
    ],
    [
      'a view beyond its buffer',
      message(new apache.BinaryView(), {
        counts: [1],
        buffers: [NOTHING, view(20, 0, 1), new Uint8Array(20)],
      }),
    ],
    [
      'a view that begins otherwise than its value',
      message(new apache.BinaryView(), {
        counts: [1],
        buffers: [NOTHING, view(20, 0, 0, 1), new Uint8Array(20)],
      }),
    ],
    [
      'views with 2^52 buffers',
      message(new apache.BinaryView(), { counts: [2 ** 52], buffers: [NOTHING, view(0, 0, 0)] }),
    ],
    [
      'views with a negative number of buffers',
      message(new apache.BinaryView(), { counts: [-1], buffers: [NOTHING, view(0, 0, 0)] }),
    ],
    ['a footer of 2 GB', { ...intFile, footerLength: 2 ** 31 - 1 }],
    ['a footer of negative length', { ...intFile, footerLength: -1 }],
    ['a footer that is cut off', { ...intFile, footerLength: 16 }],
    ['a message beyond the end', { ...intFile, blocks: ([block]) => [{ ...block!, offset: 2 ** 40 }] }],
    ['a message at a negative place', { ...intFile, blocks: ([block]) => [{ ...block!, offset: -8 }] }],
    [
      'a message with a body of 2^40 bytes',
      { ...intFile, blocks: ([block]) => [{ ...block!, body: 2 ** 40 }] },
    ],
    [
      'a message that is nothing of the kind',
      { ...intFile, blocks: ([block]) => [{ ...block!, offset: block!.offset + 8, body: 0 }] },
    ],
    [
      'a message that is repeated again and again',
      { ...intFile, blocks: ([block]) => new Array(1e5).fill(block!) },
    ],
  ])('%s', async (_what, file) => {
    expect(await codeOfForged(file)).toBe('CORRUPT_ENTRY')
  })
})
