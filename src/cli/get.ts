/**
 * `dirdict get DB KEY`: prints a value, or writes its data file out: an array as .npy, a table as .parquet, .arrow or .csv.
 */
import { inspect } from 'node:util'
import type { Command } from 'commander'
import {
  arrow,
  bytes,
  csv,
  type DataBase,
  dataframe,
  folder,
  json,
  type NDArray,
  ndarray,
  npz,
  partitions,
  shared,
  text,
  zarr,
} from '../index.js'
import { arrayForm } from './array-form.js'
import { copyOut } from './copy-out.js'
import { usage } from './failure.js'
import { interruptible } from './interrupt.js'
import { reading } from './open.js'
import { partitionedForm, partitionedPreview } from './partitioned-form.js'
import { plainForm } from './plain-form.js'
import { printable, printJson, printLine } from './print.js'
import { printArrays } from './shared-form.js'
import { type Table, tableForm, tablePreview } from './table-form.js'

interface GetCommandOptions {
  readonly out?: string
  readonly json?: boolean
}

/** How a value of one format is shown: to a person, or with `--json` to a program. */
type Show = (db: DataBase, key: string, asJson: boolean) => Promise<void>

const BOUNDED = { depth: 4, maxArrayLength: 20, maxStringLength: 2000 }

const SHOW: ReadonlyMap<string, Show> = new Map<string, Show>([
  ['subdb', async (db, key, asJson) => printNames(await (await db.sub(key)).keys(), asJson)],
  ['folder', async (db, key, asJson) => printNames(await (await db.get(key, folder)).names(), asJson)],
  ['shared', async (db, key, asJson) => printArrays(await db.get(key, shared), asJson)],
  ['text', async (db, key, asJson) => printContent(await db.get(key, text), asJson)],
  ['bytes', async (db, key, asJson) => printContent(await db.get(key, bytes), asJson)],
  ['ndarray', async (db, key, asJson) => printArray(await db.get(key, ndarray), asJson)],
  ['zarr', async (db, key, asJson) => printArray(await db.get(key, zarr), asJson)],
  [
    'npz',
    async (db, key, asJson) => {
      const arrays = Object.entries(await db.get(key, npz))
      if (asJson) printJson(Object.fromEntries(arrays.map(([name, value]) => [name, arrayForm(value)])))
      else for (const [name, value] of arrays) printLine(`${printable(name)}: ${inspect(value, BOUNDED)}`)
    },
  ],
  ['dataframe', async (db, key, asJson) => printTable(await db.get(key, dataframe), asJson)],
  ['arrow', async (db, key, asJson) => printTable(await db.get(key, arrow), asJson)],
  ['csv', async (db, key, asJson) => printTable(await db.get(key, csv), asJson)],
  [
    'partitions',
    async (db, key, asJson) => {
      const table = await db.get(key, partitions)
      if (asJson) printJson(await partitionedForm(table))
      else printLine(await partitionedPreview(table))
      await table.close()
    },
  ],
])

export function addGet(program: Command): void {
  program
    .command('get')
    .description('print a value, or write it to a file')
    .argument('<db>', 'directory of the database')
    .argument('<key>')
    .option('-o, --out <file>', 'write the data file of the entry there (.npy, .parquet, text, …)')
    .option('--json', 'the value as JSON')
    .action(getKey)
}

async function getKey(directory: string, key: string, options: GetCommandOptions): Promise<void> {
  const { out, json: asJson = false } = options
  if (out !== undefined && asJson) throw usage('Give --out or --json, not both.', 'json')
  await reading(directory, async db => {
    if (out !== undefined) return interruptible(signal => copyOut(db, key, out, signal))
    const { dumper } = await db.metadata(key)
    return (SHOW.get(dumper) ?? showOther)(db, key, asJson)
  })
}

/** json, clone, pickle, and formats of other packages, as far as they can be loaded here. */
const showOther: Show = async (db, key, asJson) => {
  const value = await db.get(key)
  if (isTable(value)) printTable(value, asJson)
  else if (isNDArray(value)) printArray(value, asJson)
  else if (asJson) printJson(plainForm(value))
  else if (json.check(value)) printJson(value)
  else printLine(inspect(value, BOUNDED))
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && 'schema' in value && 'batches' in value
}

function isNDArray(value: unknown): value is NDArray {
  return typeof value === 'object' && value !== null && 'dtype' in value && ndarray.check(value)
}

function printArray(value: NDArray, asJson: boolean): void {
  if (asJson) printJson(arrayForm(value))
  else printLine(inspect(value, BOUNDED))
}

function printTable(table: Table, asJson: boolean): void {
  if (asJson) printJson(tableForm(table))
  else printLine(tablePreview(table))
}

function printNames(names: readonly string[], asJson: boolean): void {
  if (asJson) printJson(names)
  else for (const name of names) printLine(printable(name))
}

/** As it is: what was stored is what comes out of the pipe. */
function printContent(content: string | Uint8Array, asJson: boolean): void {
  if (asJson) printJson(plainForm(content))
  else process.stdout.write(content)
}
