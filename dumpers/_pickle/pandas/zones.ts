/** The names by which Arrow knows the time zones of instants: those of the IANA's list, or an offset. */
import { type Model, PyObject } from '../model.js'
import { PyZone } from '../python/zones.js'
import type { Reading } from '../reading.js'

/** Undefined for no zone. UNSUPPORTED_FORMAT for one without a name. */
export function zoneOf(model: Model | undefined, reading: Reading): string | undefined {
  if (model === undefined || model === null) return undefined
  if (!(model instanceof PyZone))
    throw reading.unsupported(`a time zone that is ${model instanceof PyObject ? model.python : 'none'}`)
  return model.name ?? offsetName(model.offset ?? 0n, reading)
}

const MINUTE = 60_000_000n

/** As Arrow and pandas write an offset, which is one of whole minutes: `+02:00`. */
function offsetName(microseconds: bigint, reading: Reading): string {
  if (microseconds === 0n) return 'UTC'
  if (microseconds % MINUTE !== 0n) throw reading.unsupported('a time zone that is no whole minutes from UTC')
  const minutes = Math.abs(Number(microseconds / MINUTE))
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${microseconds < 0n ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
