/** dataframe: a footer that lies is CORRUPT_ENTRY before memory or time is spent on what it says. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type * as arrow from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { field } from '../../../dumpers/_parquet/footer.js'
import { fileWith } from '../../../dumpers/_parquet/project.js'
import { footerBytes } from '../../../dumpers/_parquet/stitch.js'
import {
  binaryPart,
  type Fields,
  i32Part,
  i64Part,
  listPart,
  Part,
  readList,
  readNumber,
  readStruct,
  structPart,
} from '../../../dumpers/_parquet/thrift.js'
import { dataframe } from '../../../dumpers/dataframe.js'
import { EntryReadFolder } from '../../../src/entry/folder.js'
import { codeOf, FILE, type Stored, store } from './stored.js'

type Edit = (fields: Fields) => void

/** Nobody recorded anything of this file: it is judged by itself. */
const load = ({ directory }: Stored, options = {}): Promise<arrow.Table> =>
  dataframe.load(new EntryReadFolder(directory, 'k'), {}, options)

/** The file with another footer. */
function withFooter(bytes: Buffer, edit: Edit): Uint8Array {
  const fields = readStruct(footerBytes(bytes))
  edit(fields)
  const end = bytes.byteLength - 8 - footerBytes(bytes).byteLength
  const out = fileWith(structPart(fields).body, end)
  out.set(bytes.subarray(0, end))
  return out
}

/** Edits the first of a list of structs. */
const inFirst =
  (id: number, edit: Edit): Edit =>
  fields => {
    const [first, ...others] = readList(field(fields, id))
    const inner = readStruct(first!)
    edit(inner)
    fields.set(id, listPart([structPart(inner), ...others]))
  }
const inStruct =
  (id: number, edit: Edit): Edit =>
  fields => {
    const inner = readStruct(field(fields, id))
    edit(inner)
    fields.set(id, structPart(inner))
  }
const inGroup = (edit: Edit): Edit => inFirst(4, edit)
const inChunk = (edit: Edit): Edit => inGroup(inFirst(1, inStruct(3, edit)))
const put =
  (id: number, part: Part): Edit =>
  fields => {
    fields.set(id, part)
  }

/** The first page header of the file with other sizes; what follows moves. */
function withPage(bytes: Buffer, edit: Edit): Uint8Array {
  const header = readStruct(new Part(12, bytes, 4, bytes.byteLength))
  const { length } = structPart(header).body
  edit(header)
  const changed = structPart(header).body
  // The chunk has to keep its length.
  expect(changed.byteLength).toBeGreaterThanOrEqual(length)
  const out = Buffer.from(bytes)
  changed.forEach((byte, i) => {
    out[4 + i] = byte
  })
  return out
}

const endless = new Part(9, Uint8Array.of(0xfc, 0xff, 0xff, 0xff, 0xff, 0x07))
const deep = new Part(
  9,
  Uint8Array.from({ length: 5000 }, () => 0x19),
)

const footers: readonly (readonly [string, Edit])[] = [
  ['of a thousand billion rows', put(3, i64Part(1e12))],
  ['of a negative number of rows', put(3, i64Part(-1))],
  ['of row groups with a thousand billion rows', inGroup(put(3, i64Part(1e12)))],
  ['without a schema', fields => fields.delete(2)],
  ['without row groups', fields => fields.delete(4)],
  ['with a schema of 2^31 elements', put(2, endless)],
  ['with 2^31 row groups', put(4, endless)],
  ['with lists in lists in lists', put(4, deep)],
  ['with unknown lists in lists in lists', put(14, deep)],
  ['with 2^31 columns in a row group', inGroup(put(1, endless))],
  ['with a root of 2^31 children', inFirst(2, put(5, i32Part(2 ** 31 - 1)))],
  [
    'whose columns have children without end',
    fields => {
      const [root, first] = readList(field(fields, 2))
      const nested = readStruct(first!).set(5, i32Part(1))
      fields.set(2, listPart([root!, ...Array.from({ length: 2000 }, () => structPart(nested))]))
    },
  ],
  [
    'of fewer columns than its row groups',
    fields => fields.set(2, listPart(readList(field(fields, 2)).slice(0, 2))),
  ],
  ['with a column that begins after the file', inChunk(put(9, i64Part(2 ** 40)))],
  [
    'with a column that begins before the file',
    inChunk(fields => void fields.set(9, i64Part(-5)).delete(11)),
  ],
  ['with a column of 2^60 bytes', inChunk(put(7, i64Part(2 ** 52)))],
  ['with a column of a negative number of bytes', inChunk(put(7, i64Part(-7)))],
  ['with a column of more values than there are', inChunk(put(5, i64Part(4000)))],
  ['with a column in another file', inGroup(inFirst(1, put(1, binaryPart(Buffer.from('/etc/passwd')))))],
  ['with a name that is not UTF-8', inFirst(2, put(4, binaryPart(Uint8Array.of(0xff, 0xfe))))],
]

/** Each part of it alone may be read. */
const repeated: readonly (readonly [string, Edit])[] = [
  [
    'with columns that overlap',
    inGroup(fields => {
      const chunks = readList(field(fields, 1))
      fields.set(1, listPart(chunks.map(() => chunks[0]!)))
    }),
  ],
  [
    'with the same row group twenty thousand times',
    fields => {
      const groups = readList(field(fields, 4))
      const rows = readNumber(field(fields, 3))
      const count = 20_000
      fields.set(4, listPart(Array.from({ length: count }, () => groups[0]!)))
      fields.set(3, i64Part(rows * count))
    },
  ],
]

const value = (): [string, unknown[]][] => [
  ['a', Array.from({ length: 50 }, (_, i) => i)],
  ['b', Array.from({ length: 50 }, (_, i) => `v${i % 3}`)],
]

describe('a file', () => {
  test.each(footers)('%s is CORRUPT_ENTRY', async (_name, edit) => {
    const stored = await store(value())
    writeFileSync(join(stored.directory, FILE), withFooter(stored.bytes, edit))
    expect(await codeOf(load(stored))).toBe('CORRUPT_ENTRY')
    expect(await codeOf(load(stored, { columns: ['a'] }))).toBe('CORRUPT_ENTRY')
    expect(await codeOf(load(stored, { rows: [0, 10] }))).toBe('CORRUPT_ENTRY')
  })

  test.each(repeated)('%s is CORRUPT_ENTRY as a whole', async (_name, edit) => {
    const stored = await store(value())
    writeFileSync(join(stored.directory, FILE), withFooter(stored.bytes, edit))
    expect(await codeOf(load(stored))).toBe('CORRUPT_ENTRY')
  })

  test.each<[string, Edit]>([
    ['of 2 GB', put(2, i32Part(2 ** 31 - 1))],
    ['of a negative size', put(2, i32Part(-(2 ** 31)))],
    ['that goes on after its column', put(3, i32Part(2 ** 31 - 1))],
    ['of an unknown kind', put(1, i32Part(9))],
    ['of 2^31 values', inStruct(7, put(1, i32Part(2 ** 31 - 1)))],
  ])('with a page %s is CORRUPT_ENTRY', async (_name, edit) => {
    const stored = await store(value(), { compression: 'snappy' })
    writeFileSync(join(stored.directory, FILE), withPage(stored.bytes, edit))
    expect(await codeOf(load(stored))).toBe('CORRUPT_ENTRY')
    expect(await codeOf(load(stored, { columns: ['a'] }))).toBe('CORRUPT_ENTRY')
  })

  test.each<[string, Edit, RegExp]>([
    [
      'a column too large to be decoded',
      inChunk(put(6, i64Part(2 ** 31))),
      /MiB of column "a" in row group 0.*columns/,
    ],
    [
      'more rows than a table holds',
      fields => {
        const rows = 2 ** 31
        fields.set(3, i64Part(rows))
        inGroup(put(3, i64Part(rows)))(fields)
      },
      /2147483648 rows; a table holds 2147483647\. Read fewer with rows or where/,
    ],
  ])('with %s is UNSUPPORTED_FORMAT', async (_name, edit, message) => {
    const stored = await store(value())
    writeFileSync(join(stored.directory, FILE), withFooter(stored.bytes, edit))
    await expect(load(stored)).rejects.toThrow(message)
    expect(await codeOf(load(stored))).toBe('UNSUPPORTED_FORMAT')
  })

  test('of a footer made of a million empty structs is CORRUPT_ENTRY', async () => {
    const stored = await store(value())
    const structs = Buffer.alloc(3_000_000)
    const count = Uint8Array.of(0xfc, 0xc0, 0x8d, 0xb7, 0x01)
    const list = new Part(9, Buffer.concat([count, structs]))
    writeFileSync(join(stored.directory, FILE), withFooter(stored.bytes, put(4, list)))
    expect(await codeOf(load(stored))).toBe('CORRUPT_ENTRY')
  })
})
