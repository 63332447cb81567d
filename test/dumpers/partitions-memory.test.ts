/** Memory while a table goes in and comes out as a stream: it depends on the part, not on the table. */
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { temporaryDatabase } from './temporary.js'

const ROWS = 50_000
const BATCHES = 60
const MEBIBYTES = 512

/** 60 batches of 10 MB, 606 MiB together, most of it text, in parts of 16 MiB. */
const PROGRAM = `
  const [dirdict, directory, what] = process.argv.slice(-3)
  const { DataBase, partitions } = await import(dirdict)
  const { makeVector, Table, Utf8, vectorFromArray } = await import('apache-arrow')
  function* batches() {
    const text = vectorFromArray(Array.from({ length: ${ROWS} }, (_, row) => String(row).padStart(200)), new Utf8())
    for (let i = 0; i < ${BATCHES}; i++)
      yield new Table({ i: makeVector(Float64Array.from({ length: ${ROWS} }, (_, row) => i * ${ROWS} + row)), text })
  }
  const db = await DataBase.open(directory, { durability: 'relaxed' })
  let rows = 0
  let sum = 0
  if (what === 'write') await db.set('t', batches(), partitions, { partitionSize: 2 ** 24, index: 'i', compression: 'snappy' })
  else for await (const batch of (await db.get('t', partitions)).batches()) {
    rows += batch.numRows
    for (const value of batch.getChild('i').toArray()) sum += value
  }
  await db.close()
  console.log(JSON.stringify({ rows, sum, mebibytes: process.resourceUsage().maxRSS / 1024 }))
`

test('a table is written and read in less memory than it takes', { timeout: 300_000 }, async () => {
  const db = await temporaryDatabase()
  const run = (what: string): { rows: number; sum: number; mebibytes: number } => {
    const dirdict = new URL('../../dist/src/index.js', import.meta.url).href
    const args = ['--input-type=module', '--eval', PROGRAM, dirdict, db.directory, what]
    // From a shell, which is small: on Linux the peak of a process begins with that of the one that started it.
    const shell = ['-c', '"$@"; exit $?', 'sh', process.execPath, ...args]
    return JSON.parse(execFileSync('/bin/sh', shell, { encoding: 'utf8' }))
  }
  const written = run('write')
  const read = run('read')
  const rows = ROWS * BATCHES
  expect(read).toMatchObject({ rows, sum: (rows * (rows - 1)) / 2 })
  expect(written.mebibytes).toBeLessThan(MEBIBYTES)
  expect(read.mebibytes).toBeLessThan(MEBIBYTES)
})
