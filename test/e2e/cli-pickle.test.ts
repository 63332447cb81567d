/** The command `dirdict`: what it shows of a pickle, by what came out of it. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { array, DataBase, pickle } from '../../src/index.js'
import { useShell } from './shell.js'

const { cli, cliJson, path } = useShell()
const isf = fileURLToPath(new URL('../../../shared/data/isf-database', import.meta.url))
const present = existsSync(isf)

it('plain values are printed as JSON, arrays as arrays', async () => {
  const db = await DataBase.open(path('db'))
  await db.set('plain', { a: [1, 'two'] }, pickle)
  await db.set('array', array([1, 2, 3, 4], [2, 2]), pickle)
  await db.close()
  expect(JSON.parse(cli(['get', 'db', 'plain']).stdout)).toEqual({ a: [1, 'two'] })
  expect(cli(['get', 'db', 'array']).stdout).toContain('shape: [ 2, 2 ]')
  expect(cliJson('get', 'db', 'array')).toMatchObject({
    shape: [2, 2],
    data: [
      [1, 2],
      [3, 4],
    ],
  })
})

describe.skipIf(!present)(`a frame of pandas${present ? '' : ' (skipped: ../shared/data is absent)'}`, () => {
  it('is printed as a table', () => {
    const { stdout } = cli(['get', isf, 'frame_pickle'])
    expect(stdout.split('\n').slice(0, 3)).toEqual(['Table of 5 rows', '  x: Float64', '  label: Utf8'])
    expect(cliJson('get', isf, 'frame_pickle')).toHaveLength(5)
  })
})
