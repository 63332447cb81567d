/** dataframe: damage is CORRUPT_ENTRY, never a crash, a hang or garbage. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { codeOf, FILE, store } from './stored.js'

const damages: readonly (readonly [string, (bytes: Buffer) => Uint8Array])[] = [
  ['empty', () => Buffer.alloc(0)],
  ['of three bytes', bytes => bytes.subarray(0, 3)],
  ['cut in half', bytes => bytes.subarray(0, bytes.length >> 1)],
  ['cut by a byte', bytes => bytes.subarray(0, -1)],
  ['not Parquet', () => Buffer.from('time,rate\n0,1\n0.1,2\n')],
  ['the two ends alone', () => Buffer.from([80, 65, 82, 49, 0, 0, 0, 0, 80, 65, 82, 49])],
  ['with a footer of 2 GB', bytes => withLength(bytes, 2 ** 31 - 1)],
  ['with a footer as long as the file', bytes => withLength(bytes, bytes.length - 12)],
  ['with a footer too short', bytes => withLength(bytes, 5)],
  [
    'zeroed before its footer',
    bytes => Buffer.concat([Buffer.alloc(bytes.length - footerOf(bytes)), bytes.subarray(-footerOf(bytes))]),
  ],
  [
    'with a zeroed footer',
    bytes =>
      Buffer.concat([
        bytes.subarray(0, -footerOf(bytes)),
        Buffer.alloc(footerOf(bytes) - 8),
        bytes.subarray(-8),
      ]),
  ],
]
test.each(damages)('a file that is %s is CORRUPT_ENTRY, and later reads work', async (_name, damage) => {
  const { directory, bytes, load } = await store([
    ['a', [1, 2]],
    ['b', ['x', 'y']],
  ])
  writeFileSync(join(directory, FILE), damage(bytes))
  expect(await codeOf(load())).toBe('CORRUPT_ENTRY')
  expect(await codeOf(load({ columns: ['b'] }))).toBe('CORRUPT_ENTRY')
  writeFileSync(join(directory, FILE), bytes)
  expect([(await load()).numRows, (await load({ columns: ['b'] })).numRows]).toEqual([2, 2])
})

test('random damage gives CORRUPT_ENTRY or a table, never a crash, and reading goes on working', async () => {
  const { directory, bytes, load } = await store([
    ['a', Float64Array.from({ length: 500 }, (_, i) => i)],
    ['b', Array.from({ length: 500 }, (_, i) => `v${i}`)],
  ])
  let state = 1
  const random = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * below)
  }
  const codes = new Set<string>()
  for (let i = 0; i < 300; i++) {
    const damaged = Buffer.from(bytes)
    for (let k = 0; k <= i % 3; k++) damaged[4 + random(bytes.length - 4)] = random(256)
    writeFileSync(join(directory, FILE), damaged)
    codes.add(await codeOf(load()))
    codes.add(await codeOf(load({ columns: ['b'] })))
  }
  for (const harmless of ['none', 'UNSUPPORTED_FORMAT', 'OPTION_INVALID']) codes.delete(harmless)
  expect([...codes]).toEqual(['CORRUPT_ENTRY'])
  writeFileSync(join(directory, FILE), bytes)
  expect((await load()).numRows).toBe(500)
}, 60_000)

test('a missing or damaged object_meta.json of ours is CORRUPT_ENTRY', async () => {
  const { directory, load } = await store([['a', [1]]])
  for (const text of ['', '{"columns":', '[]', '{"columns":["a"]}']) {
    writeFileSync(join(directory, 'object_meta.json'), text)
    expect(await codeOf(load())).toBe('CORRUPT_ENTRY')
  }
  rmSync(join(directory, 'object_meta.json'))
  expect(await codeOf(load())).toBe('CORRUPT_ENTRY')
})

function footerOf(bytes: Buffer): number {
  return bytes.readUInt32LE(bytes.length - 8) + 8
}

function withLength(bytes: Buffer, length: number): Buffer {
  const out = Buffer.from(bytes)
  out.writeUInt32LE(length, out.length - 8)
  return out
}
