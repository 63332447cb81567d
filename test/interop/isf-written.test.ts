/**
 * Databases as Python's ISF lays them out, with values, keys and nesting from a seed: every key is listed, and holds
 * what Python put there. Python's numpy, pandas and zarr write the files while the test runs.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { isArrowTable } from 'apache-arrow'
import { describe, expect, onTestFinished, test } from 'vitest'
import { DataBase, pickle } from '../../src/index.js'
import { type Expected as ExpectedFields, textOfTable } from '../dumpers/pickle-pandas-text.js'
import { type Expected, expectValue } from './isf-expected.js'
import { canImport, python } from './python.js'

type Holds =
  | Expected
  | { readonly kind: 'database' }
  | { readonly kind: 'frame'; readonly table: ExpectedFields }

const script = fileURLToPath(new URL('isf-write.py', import.meta.url))
const able = canImport('pandas')

function written(seed: number): { path: string; holds: readonly (readonly [string[], Holds])[] } {
  const root = mkdtempSync(`${tmpdir()}/dirdict-isf-written-`)
  onTestFinished(() => rmSync(root, { recursive: true }))
  const path = `${root}/db`
  const { status, stdout, stderr } = spawnSync(python, ['-W', 'ignore', script, path, String(seed)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  expect(status, stderr).toBe(0)
  return { path, holds: JSON.parse(stdout) }
}

describe.skipIf(!able)(
  `databases of ISF's layout${able ? '' : ` (skipped: ${python} cannot import pandas)`}`,
  () => {
    test.each([1, 2, 3, 4])('of seed %i are read whole', async seed => {
      const { path, holds } = written(seed)
      const db = await DataBase.open(path, { readonly: true })
      const keys = holds.map(([parts]) => parts.join('/'))
      expect((await db.keys({ recurse: true })).toSorted()).toEqual(keys.toSorted())
      for (const [parts, expected] of holds) {
        const key = parts.join('/')
        if (expected.kind === 'database') expect(await db.get(parts), key).toBeInstanceOf(DataBase)
        else if (expected.kind === 'frame') {
          const table = await db.get(parts, pickle)
          if (!isArrowTable(table)) throw new TypeError(`${key} is no table`)
          expect(textOfTable(table), key).toEqual(expected.table)
        } else await expectValue(db, key, expected)
        expect((await db.metadata(parts)).time, key).toBeInstanceOf(Date)
      }
      expect((await db.verify()).problems).toEqual([])
      await db.close()
    })
  },
)
