/**
 * Mean delay per airport of origin and hour of the day (UTC), in one pass over the memory of the table's batches:
 * three million row objects would cost minutes.
 */
import type { RecordBatch, Table } from 'apache-arrow'
import { array, type NDArray } from 'dirdict'

const HOURS = 24
const MICROSECONDS_PER_HOUR = 3_600_000_000n

export interface Delays {
  /** Airport codes, sorted: the rows of `array`. */
  readonly airports: readonly string[]
  /** float64 [airports, 24], minutes; NaN where nothing took off. */
  readonly array: NDArray<Float64Array>
}

export interface Summary {
  readonly flights: number
  readonly airports: readonly string[]
  readonly meanDelay: number
  readonly worst: { readonly airport: string; readonly hour: number; readonly meanDelay: number }
}

interface Sums {
  readonly delay: Float64Array
  readonly count: Float64Array
}

export function meanDelays(flights: Table): Delays {
  const byAirport = new Map<string, Sums>()
  for (const batch of flights.batches) addBatch(batch, byAirport)
  const airports = [...byAirport.keys()].sort()
  const means = new Float64Array(airports.length * HOURS)
  airports.forEach((airport, row) => {
    const { delay, count } = byAirport.get(airport)!
    // 0 / 0 is NaN: no flight, no mean.
    for (let hour = 0; hour < HOURS; hour++) means[row * HOURS + hour] = delay[hour]! / count[hour]!
  })
  return { airports, array: array(means, [airports.length, HOURS]) }
}

export function summarise(flights: Table, { airports, array }: Delays): Summary {
  let sum = 0
  for (const batch of flights.batches) {
    for (const delay of integers(batch, 'delay')) sum += Number(delay)
  }
  let worst = 0
  array.data.forEach((mean, at) => {
    if (mean > (array.data[worst] ?? Number.NEGATIVE_INFINITY) || Number.isNaN(array.data[worst])) worst = at
  })
  return {
    flights: flights.numRows,
    airports,
    meanDelay: sum / flights.numRows,
    worst: {
      airport: airports[Math.floor(worst / HOURS)]!,
      hour: worst % HOURS,
      meanDelay: array.data[worst]!,
    },
  }
}

/** The memory of a column of 64-bit integers or timestamps. */
export function integers(batch: RecordBatch, name: string): BigInt64Array {
  const values: unknown = batch.getChild(name)?.data[0]?.values
  if (!(values instanceof BigInt64Array)) throw new TypeError(`${name} is no column of 64-bit integers`)
  return values.subarray(0, batch.numRows)
}

function addBatch(batch: RecordBatch, byAirport: Map<string, Sums>): void {
  const dates = integers(batch, 'date')
  const delays = integers(batch, 'delay')
  const origins = batch.getChild('origin')
  if (origins === null) throw new TypeError('there is no column origin')
  let row = 0
  for (const origin of origins) {
    const sums = sumsOf(byAirport, String(origin))
    const hour = Number(floorDivide(dates[row]!, MICROSECONDS_PER_HOUR) % BigInt(HOURS))
    sums.delay[hour]! += Number(delays[row])
    sums.count[hour]! += 1
    row++
  }
}

function sumsOf(byAirport: Map<string, Sums>, airport: string): Sums {
  let sums = byAirport.get(airport)
  if (sums === undefined) {
    sums = { delay: new Float64Array(HOURS), count: new Float64Array(HOURS) }
    byAirport.set(airport, sums)
  }
  return sums
}

/** The data begin in 2001; before 1970 the hour would need more care. */
function floorDivide(value: bigint, by: bigint): bigint {
  if (value < 0n) throw new RangeError('a date before 1970')
  return value / by
}
