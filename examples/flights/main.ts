/**
 * Three million flights from a Parquet file to a database: the table, an array of mean delays, a summary and a second
 * table, each with a record of where it came from; then another process reads them back and checks them.
 *
 * Run with `npm run demo`, or `npm run demo -- FOLDER` to keep the database.
 */
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Table, tableFromIPC } from 'apache-arrow'
import { DataBase, dataframe, json, ndarray } from 'dirdict'
import { readParquet } from 'parquet-wasm'
import { meanDelays, summarise } from './delays.js'
import { expectations } from './expectations.js'
import { chooseFolder } from './folder.js'
import { Stopwatch } from './stopwatch.js'
import { weatherColumns } from './weather.js'

const { folder, temporary } = await chooseFolder(process.argv[2])
const watch = new Stopwatch()

const parquet = await watch.time('read the Parquet file', async () => {
  const value = await readFile(dataFile('flights-3m.parquet'))
  return { value, bytes: value.byteLength }
})
const flights = await watch.time('decode it to an Arrow table', async () => {
  const value = tableFromIPC(readParquet(parquet, { batchSize: 131072 }).intoIPCStream())
  return { value, bytes: tableBytes(value) }
})
const delays = await watch.time('mean delay per airport and hour', async () => {
  const value = meanDelays(flights)
  return { value, bytes: tableBytes(flights) }
})

const db = await DataBase.open(folder)
await watch.time('set flights/table', async () => {
  await db.set('flights/table', flights, dataframe, {
    tags: ['raw'],
    attributes: { source: 'vega-datasets' },
  })
  return { value: undefined, bytes: tableBytes(flights) }
})
await watch.time('set flights/delay', async () => {
  await db.set('flights/delay', delays.array, ndarray, { tags: ['derived'] })
  return { value: undefined, bytes: delays.array.data.byteLength }
})
const summary = summarise(flights, delays)
await db.set('flights/summary', summary, json, { tags: ['derived'] })
const weather = weatherColumns(await readFile(dataFile('seattle-weather.csv'), 'utf8'))
await db.set('weather/seattle', weather, dataframe, { tags: ['raw'] })

const expected = expectations(flights, delays.array, summary, weather)

console.log(`\n${await db.tree()}\n`)
console.log('Where flights/delay came from:')
console.log(JSON.stringify(await db.metadata('flights/delay'), null, 2))
await db.close()

console.log('\nThis process:')
watch.print()

const check = spawnSync(process.execPath, [fileURLToPath(new URL('check.js', import.meta.url)), folder], {
  input: JSON.stringify(expected),
  stdio: ['pipe', 'inherit', 'inherit'],
})
if (check.status !== 0) process.exitCode = 1
await temporary?.remove()

/** A file of the package vega-datasets. */
function dataFile(name: string): string {
  return fileURLToPath(new URL(`../data/${name}`, import.meta.resolve('vega-datasets')))
}

function tableBytes(table: Table): number {
  return table.batches.reduce((sum, batch) => sum + batch.data.byteLength, 0)
}
