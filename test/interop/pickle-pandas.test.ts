/**
 * Frames, series, indexes and arrays that pandas pickled, value by value as pandas sees them: written by the pandas of
 * this machine while the test runs, and by other versions, recorded in `pickles/` with the script that made them.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { isArrowTable } from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { decodePickle } from '../../dumpers/_pickle/decode.js'
import { type Case, type Recorded, textOfTable } from '../dumpers/pickle-pandas-text.js'
import { canImport, python } from './python.js'

const pickles = fileURLToPath(new URL('pickles/', import.meta.url))
const able = canImport('pandas')

function written(script: string, ...args: string[]): Recorded {
  const { status, stdout, stderr } = spawnSync(python, [`${pickles}${script}`, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout)
}

async function expectAll({ cases }: Recorded): Promise<void> {
  expect(cases.length).toBeGreaterThan(0)
  for (const one of cases) await expectEqual(one)
}

async function expectEqual({ name, pickles: written, expected }: Case): Promise<void> {
  for (const [protocol, hex] of Object.entries(written)) {
    const table = await decodePickle(Buffer.from(hex, 'hex'), `${name}, protocol ${protocol}`)
    if (!isArrowTable(table)) throw new TypeError(`${name} is no table`)
    expect(textOfTable(table), `${name}, protocol ${protocol}`).toEqual(expected)
  }
}

describe.skipIf(!able)(`pandas${able ? '' : ` (skipped: ${python} cannot import it)`}`, () => {
  test('every kind of object, in every protocol', () => expectAll(written('cases.py', 'kinds')), 60_000)

  test.each([1, 2, 3])(
    'random frames of seed %i',
    seed => expectAll(written('cases.py', 'random', String(seed), '150')),
    60_000,
  )
})

describe('recorded pickles', () => {
  const files = readdirSync(pickles).filter(name => name.endsWith('.json.gz'))

  test('are there', () => expect(files.length).toBeGreaterThanOrEqual(4))

  test.each(files)(
    '%s',
    async file => {
      await expectAll(JSON.parse(gunzipSync(readFileSync(pickles + file)).toString('utf8')))
    },
    60_000,
  )
})
