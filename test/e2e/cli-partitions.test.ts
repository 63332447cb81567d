/** The command `dirdict`: what it shows of a table in parts. */
import { rmSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DataBase, partitions } from '../../src/index.js'
import { expectError, useShell } from './shell.js'

const { cli, cliJson, path } = useShell()
const db = 'db'

async function store(rows: number): Promise<void> {
  const store = await DataBase.open(path(db))
  const x = Float64Array.from({ length: rows }, (_, i) => i)
  await store.set('t', [['x', x]], partitions, { partitionSize: 80 })
  await store.close()
}

it('get prints the number of rows and parts and the first rows; --json prints all', async () => {
  await store(25)
  const lines = cli(['get', db, 't']).stdout.split('\n')
  expect(lines.slice(0, 3)).toEqual(['Table of 25 rows in 3 parts', '  x: Float64', '{ x: 0 }'])
  expect(lines.slice(-3)).toEqual(['{ x: 9 }', '… 15 more rows', ''])
  expect(cliJson('get', db, 't')).toEqual(Array.from({ length: 25 }, (_, x) => ({ x })))
})

it('info counts rows and parts, and has the record of a damaged table too', async () => {
  await store(25)
  expect(cli(['info', db, 't']).stdout).toMatch(/^rows +25\nparts +3$/m)
  rmSync(path(db, 't', 'pandas_to_parquet.3.1.parquet'))
  const { stdout, code } = cli(['info', db, 't'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^rows +not known: .* lacks pandas_to_parquet\.3\.1\.parquet\.$/m)
  expect(stdout).toMatch(/^host /m)
  expectError(cli(['get', db, 't']), 'CORRUPT_ENTRY')
})
