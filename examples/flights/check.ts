/**
 * The second process: opens the database that main.ts has made, reads everything, and compares it with the facts that
 * come through standard input. Exits with 1 where they differ.
 */
import { deepStrictEqual } from 'node:assert/strict'
import { text as readAll } from 'node:stream/consumers'
import { DataBase, dataframe, json, ndarray } from 'dirdict'
import { arrayFacts, tableFacts, total } from './expectations.js'
import { Stopwatch } from './stopwatch.js'

const folder = process.argv[2]
if (folder === undefined) throw new TypeError('usage: check.js FOLDER < expected.json')
const expected: unknown = JSON.parse(await readAll(process.stdin))
const watch = new Stopwatch()
const db = await DataBase.open(folder, { readonly: true })

const flights = await watch.time('get flights/table', async () => {
  const value = await db.get('flights/table', dataframe)
  return { value, bytes: value.batches.reduce((sum, batch) => sum + batch.data.byteLength, 0) }
})
const delays = await watch.time('get one column of flights/table', async () => {
  const value = await db.get('flights/table', dataframe, { columns: ['delay'] })
  return { value, bytes: value.batches.reduce((sum, batch) => sum + batch.data.byteLength, 0) }
})
const delay = await watch.time('get flights/delay', async () => {
  const value = await db.get('flights/delay', ndarray)
  return { value, bytes: value.data.length * 8 }
})
const precipitation = (await db.get('weather/seattle', dataframe)).getChild('precipitation')?.toArray() ?? []

deepStrictEqual(
  {
    flights: tableFacts(flights),
    delay: arrayFacts(delay),
    summary: await db.get('flights/summary', json),
    weather: { rows: precipitation.length, precipitation: total(precipitation) },
  },
  expected,
)
deepStrictEqual(delays.numRows, flights.numRows)
const report = await watch.time('verify every checksum', async () => {
  // What lies below a nested database is listed with its own keys.
  const entries = (await db.entries({ recurse: true })).filter(entry => entry.dumper !== 'subdb')
  const files = (await Promise.all(entries.map(entry => entry.files()))).flat()
  return { value: await db.verify(), bytes: files.reduce((sum, file) => sum + file.bytes, 0) }
})
deepStrictEqual(report.problems, [])

console.log('\nA second process:')
watch.print()
console.log(`\nEverything was read back as it was stored: ${report.checked} values checked.`)
