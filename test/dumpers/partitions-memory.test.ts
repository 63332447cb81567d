/** Memory while millions of rows go in and come out as a stream: it depends on the part, not on the table. */
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { temporaryDatabase } from './temporary.js'

const ROWS = 250_000
const BATCHES = 120
const MEBIBYTES = 512

/** 120 batches of 6 MB of numbers, 687 MiB together, in parts of 16 MiB. */
const PROGRAM = `
  const [dirdict, directory, what] = process.argv.slice(-3)
  const { DataBase, partitions } = await import(dirdict)
  async function* batches() {
    for (let i = 0; i < ${BATCHES}; i++) {
      const of = f => Float64Array.from({ length: ${ROWS} }, (_, row) => f(i * ${ROWS} + row))
      yield [['i', of(n => n)], ['sin', of(Math.sin)], ['cos', of(Math.cos)]]
    }
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

test('30 million rows are written and read in less memory than they take', { timeout: 300_000 }, async () => {
  const db = await temporaryDatabase()
  const run = (what: string): { rows: number; sum: number; mebibytes: number } => {
    const dirdict = new URL('../../dist/src/index.js', import.meta.url).href
    const args = ['--input-type=module', '--eval', PROGRAM, dirdict, db.directory, what]
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
  }
  const written = run('write')
  const read = run('read')
  const rows = ROWS * BATCHES
  expect(read).toMatchObject({ rows, sum: (rows * (rows - 1)) / 2 })
  expect(written.mebibytes).toBeLessThan(MEBIBYTES)
  expect(read.mebibytes).toBeLessThan(MEBIBYTES)
})
