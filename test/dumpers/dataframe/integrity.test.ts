/** dataframe: every byte that a part of a table is read from is checked against what was written. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as arrow from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { readChunks } from '../../../dumpers/_parquet/chunk.js'
import { readFooter } from '../../../dumpers/_parquet/footer.js'
import { footerBytes } from '../../../dumpers/_parquet/stitch.js'
import { type DataframeGetOptions, dataframe, type TableInput } from '../../../dumpers/dataframe.js'
import { EntryReadFolder } from '../../../src/entry/folder.js'
import { codeOf, contents, FILE, store } from './stored.js'

const table = (): TableInput => [
  ['a', Float64Array.from({ length: 300 }, (_, i) => i)],
  ['b', Array.from({ length: 300 }, (_, i) => `v${i}`)],
  [
    'l',
    arrow.vectorFromArray(
      Array.from({ length: 300 }, (_, i) => (i % 3 ? [i] : null)),
      list(),
    ),
  ],
]
const groups = { rowGroupSize: 100 }

function list(): arrow.List {
  return new arrow.List(new arrow.Field('item', new arrow.Int32(), true))
}

/** The file with the last byte of one column chunk changed: it is in a page. */
function flipped(bytes: Buffer, group: number, leaf: number): Buffer {
  const out = Buffer.from(bytes)
  const [chunk] = readChunks(readFooter(footerBytes(bytes)).groups[group]!, [leaf], bytes.length)
  out[chunk!.from + chunk!.length - 1]! ^= 1
  return out
}

describe('a changed byte', () => {
  test('is found by whoever reads it, and by nobody else', async () => {
    const { directory, bytes, load } = await store(table(), groups)
    writeFileSync(join(directory, FILE), flipped(bytes, 1, 1))
    await expect(load({ columns: ['b'] })).rejects.toThrow('column "b" in row group 1')
    expect(await codeOf(load({ columns: ['a', 'b'] }))).toBe('CORRUPT_ENTRY')
    expect(await codeOf(load({ where: { b: 'v150' }, columns: ['a'] }))).toBe('CORRUPT_ENTRY')
    expect(await codeOf(load({ rows: [0, 101] }))).toBe('CORRUPT_ENTRY')
    expect((await load({ columns: ['a', 'l'] })).numRows).toBe(300)
    expect((await load({ rows: [0, 100] })).numRows).toBe(100)
    expect((await load({ where: { b: 'v7' } })).numRows).toBe(1)
  })

  test('of a nested column is told by the name of the column', async () => {
    const { directory, bytes, load } = await store(table(), groups)
    writeFileSync(join(directory, FILE), flipped(bytes, 0, 2))
    await expect(load({ columns: ['l'] })).rejects.toThrow(/column "l\./)
  })

  test('in the footer is found by every read of a part', async () => {
    const { directory, bytes, load } = await store(table(), groups)
    const footer = footerBytes(bytes)
    for (let at = 0; at < footer.byteLength; at += 7) {
      const broken = Buffer.from(bytes)
      broken[bytes.length - 8 - footer.byteLength + at]! ^= 4
      writeFileSync(join(directory, FILE), broken)
      expect(await codeOf(load({ columns: ['a'] }))).toBe('CORRUPT_ENTRY')
    }
  })

  test('anywhere is found by a whole read', async () => {
    const { directory, bytes, args, files } = await store(table(), groups)
    const whole = (): Promise<unknown> =>
      dataframe.load(new EntryReadFolder(directory, 'k', { files }), args, {})
    expect(await codeOf(whole())).toBe('none')
    writeFileSync(join(directory, FILE), flipped(bytes, 2, 0))
    expect(await codeOf(whole())).toBe('CORRUPT_ENTRY')
  })
})

test('random damage gives CORRUPT_ENTRY or the true values', async () => {
  const { directory, bytes, load } = await store(table(), groups)
  const parts: DataframeGetOptions[] = [
    { columns: ['b'] },
    { rows: [50, 150] },
    { where: { a: { gte: 120, lt: 190 } } },
    { columns: ['l'], rows: [-1, 300] },
  ]
  const expected = await Promise.all(parts.map(async part => contents(await load(part))))
  let state = 7
  const random = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * below)
  }
  let found = 0
  for (let i = 0; i < 300; i++) {
    const broken = Buffer.from(bytes)
    broken[4 + random(bytes.length - 4)]! ^= 1 << random(8)
    writeFileSync(join(directory, FILE), broken)
    const which = i % parts.length
    let part: arrow.Table | undefined
    if ((await codeOf(load(parts[which]).then(table => (part = table)))) === 'CORRUPT_ENTRY') found++
    else expect(contents(part!)).toEqual(expected[which])
  }
  expect(found).toBeGreaterThan(100)
})

test('an entry that was written before there were checksums loads as a whole and in parts', async () => {
  const { directory, args, load } = await store(table(), groups)
  const old = (get: DataframeGetOptions): Promise<arrow.Table> =>
    dataframe.load(new EntryReadFolder(directory, 'k'), { rows: args.rows! }, get)
  for (const get of [{}, { columns: ['b'] }, { rows: [10, 20] as const }]) {
    expect(contents(await old(get))).toEqual(contents(await load(get)))
  }
})

test('the checksums are no part of the table', async () => {
  const { load } = await store(table())
  for (const get of [{}, { columns: ['a'] }]) {
    expect([...(await load(get)).schema.metadata.keys()]).toEqual(['pandas'])
  }
})
