/** Arrow files with damaged bytes: what is read of them in parts is what was written, or CORRUPT_ENTRY. */
import * as apache from 'apache-arrow'
import { expect, test } from 'vitest'
import { codeOf, storeArrow } from './arrow-entry.js'
import { columnValues } from './samples/arrow-columns.js'

test('damage anywhere in a file of a mebibyte gives CORRUPT_ENTRY or a table, whole and in parts', async () => {
  const { bytes, replace, load, loadBare } = await storeArrow([
    ['n', BigInt64Array.from({ length: 40_000 }, (_, i) => BigInt(i))],
    [
      's',
      apache.vectorFromArray(Array.from({ length: 40_000 }, (_, i) => (i % 9 ? `cell ${i % 50}` : null))),
    ],
    ['t', Array.from({ length: 40_000 }, (_, i) => `unique ${i}`)],
    [
      'l',
      apache.vectorFromArray(
        Array.from({ length: 40_000 }, (_, i) => Array(i % 4).fill(i)),
        new apache.List(new apache.Field('item', new apache.Int32(), true)),
      ),
    ],
  ])
  expect(bytes.byteLength).toBeGreaterThan(2 ** 20)
  let state = 7
  const random = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * below)
  }
  const rows = [39_000, 40_000] as const
  const parts = [
    { columns: ['s'], rows },
    { columns: ['t', 'n'], rows },
    { columns: ['l'], rows },
  ]
  const sound = await Promise.all(parts.map(async part => columnValues(await load(part))))
  const seen = new Set<string>()
  for (let i = 0; i < 150; i++) {
    const damaged = Buffer.from(bytes)
    for (let k = 0; k <= i % 3; k++) {
      const at = i % 2 === 0 ? bytes.length - 1 - random(2500) : random(bytes.length)
      damaged[at] = random(256)
    }
    replace(damaged)
    seen.add(await codeOf(loadBare(parts[i % 3])))
    // Our own files are checked part by part: what is read is what was written.
    const part = load(parts[i % 3])
    const code = await codeOf(part)
    if (code === 'none') expect(columnValues(await part)).toEqual(sound[i % 3])
    else expect(code).toBe('CORRUPT_ENTRY')
  }
  seen.delete('UNSUPPORTED_FORMAT')
  expect([...seen].sort()).toEqual(['CORRUPT_ENTRY', 'none'])
}, 60_000)
