/**
 * What must not take long whatever the size of a value: how long the event loop stands still while a large table or
 * array is stored and read, and how soon an aborted read ends.
 */
import { mkdtempSync } from 'node:fs'
import { Float64, Int32, makeData, Table, Utf8, Vector, vectorFromArray } from 'apache-arrow'
import { array, arrow, csv, DataBase, dataframe, ndarray } from 'dirdict'
import { type Row, worst } from './measure.js'

/** Milliseconds. */
const ALLOWED = 100
const ROWS = 10_000_000

export async function stalls(folder: string): Promise<Row[]> {
  const path = mkdtempSync(`${folder}/stalls-`)
  const db = await DataBase.open(`${path}/db`, { durability: 'relaxed' })
  const table = largeTable()
  const small = table.slice(0, 500_000)
  const rows = [
    await stall('set of a table of 500 MB', () => db.set('table', table, dataframe)),
    await stall('get of a table of 500 MB', () => db.get('table', dataframe)),
    await stall('get of its rows by where', () => db.get('table', dataframe, { where: { x: { gt: 0.99 } } })),
    await stall('set of 500 MB as arrow', () => db.set('arrow', table, arrow)),
    await stall('get of 500 MB as arrow', () => db.get('arrow', arrow)),
    await stall('set of 500,000 rows as csv', () => db.set('csv', small, csv)),
    await stall('get of 500,000 rows as csv', () => db.get('csv', csv)),
    ...(await aborts(db)),
  ]
  await db.remove()
  return rows
}

/** The longest time between two turns of a loop that asks for the next turn at once. */
async function stall(what: string, work: () => Promise<unknown>): Promise<Row> {
  // Kept as one number: an array of millions stands still itself when it grows.
  let longest = 0
  let running = true
  let last = performance.now()
  const turn = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (running) setImmediate(turn)
  }
  setImmediate(turn)
  await work()
  running = false
  return worst(`${what}: stall`, 'longest wait of the event loop', ALLOWED, [longest])
}

async function aborts(db: DataBase): Promise<Row[]> {
  await db.set('array', array(new Float64Array(2 ** 27).fill(0.5)), ndarray)
  const read = await abort('get of 1 GiB', signal => db.get('array', ndarray, { signal }))
  const slice = await abort('get of a slice of 1 GiB', signal =>
    db.get('array', ndarray, { slice: [[null, null, 3]], signal }),
  )
  const table = await abort('get of a table of 500 MB', signal => db.get('table', dataframe, { signal }))
  return [read, slice, table]
}

/** From the abort, somewhere in the middle, to the rejection. */
async function abort(what: string, work: (signal: AbortSignal) => Promise<unknown>): Promise<Row> {
  const waits: number[] = []
  for (let round = 1; round <= 10; round++) {
    const controller = new AbortController()
    let aborted = Number.NaN
    setTimeout(() => {
      aborted = performance.now()
      controller.abort(new Error('enough'))
    }, round * 6)
    try {
      await work(controller.signal)
    } catch (error) {
      if (error !== controller.signal.reason) throw error
      waits.push(performance.now() - aborted)
    }
  }
  if (waits.length === 0) throw new Error(`${what} was over before it could be aborted`)
  return worst(`${what}, aborted: until it rejects`, `${waits.length} aborts`, ALLOWED, waits)
}

function largeTable(): Table {
  const names = vectorFromArray(
    Array.from({ length: 1000 }, (_, i) => `cell-${i}`),
    new Utf8(),
  )
  const cells = Array.from({ length: ROWS / 1000 }, () => names.data[0]!)
  const column = (f: (i: number) => number): Vector =>
    new Vector([makeData({ type: new Float64(), data: Float64Array.from({ length: ROWS }, (_, i) => f(i)) })])
  return new Table({
    x: column(i => (i % 1009) / 1009),
    y: column(i => i / 3),
    z: column(i => Math.sin(i)),
    v: column(i => Math.sqrt(i)),
    n: new Vector([makeData({ type: new Int32(), data: Int32Array.from({ length: ROWS }, (_, i) => i) })]),
    cell: new Vector(cells),
  })
}
