/**
 * Showing: a glance at a database of 10,000 keys against one look at its directory, and at a table of 10 million rows
 * against one of ten.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { makeVector, Table } from 'apache-arrow'
import { arrow, DataBase } from 'dirdict'
import { measure, type Row } from './measure.js'

const KEYS = 10_000
const LARGE = 10_000_000
/** Records that the tree in a notebook shows. */
const SHOWN = 100

export async function showing(folder: string): Promise<Row[]> {
  const path = `${mkdtempSync(`${folder}/show-`)}/db`
  const db = await DataBase.open(path, { durability: 'relaxed' })
  const rows = [await tables(db)]
  for (let i = 0; i < KEYS; i++) addKey(path, `k${String(i).padStart(5, '0')}`)
  rows.push(
    await measure({
      work: 'inspect of a database of 10,000 keys',
      limit: 'readdir',
      reach: 1.5,
      rounds: 31,
      operations: 1,
      ours() {
        if (!inspect(db).includes('more')) throw new Error('the keys were not counted')
      },
      theirs: () => names(path),
    }),
    await measure({
      work: 'HTML of a database of 10,000 keys',
      limit: 'readdir, and parsing the 100 records shown',
      reach: 2,
      rounds: 31,
      operations: 1,
      ours() {
        if (!htmlOf(db).includes('more')) throw new Error('the keys were not counted')
      },
      theirs() {
        names(path)
        for (let i = 0; i < SHOWN; i++) {
          JSON.parse(readFileSync(`${path}/k${String(i).padStart(5, '0')}/dirdict.json`, 'utf8'))
        }
      },
    }),
  )
  rmSync(path, { recursive: true })
  return rows
}

async function tables(db: DataBase): Promise<Row> {
  await db.set('large', tableOf(LARGE), arrow)
  await db.set('small', tableOf(11), arrow)
  const [ours, theirs] = [await db.get('large', arrow), await db.get('small', arrow)]
  return measure({
    work: 'inspect of a table of 10 million rows',
    limit: 'inspect of one of 11',
    reach: 1.5,
    rounds: 31,
    operations: 100,
    ours: () => repeat(100, () => inspect(ours)),
    theirs: () => repeat(100, () => inspect(theirs)),
  })
}

function tableOf(rows: number): Table {
  return new Table({ x: makeVector(new Float64Array(rows)), y: makeVector(new Int32Array(rows)) })
}

function repeat(times: number, work: () => unknown): void {
  for (let i = 0; i < times; i++) work()
}

function names(path: string): void {
  if (readdirSync(path).length < KEYS) throw new Error('wrong number of names')
}

function htmlOf(db: DataBase): string {
  const toHtml = Reflect.get(db, '_toHtml') as () => string
  return toHtml.call(db)
}

function addKey(path: string, name: string): void {
  mkdirSync(`${path}/${name}`)
  const record = { format: 1, dumper: 'json', arguments: {}, files: [], provenance: {} }
  writeFileSync(`${path}/${name}/dirdict.json`, JSON.stringify(record))
}
