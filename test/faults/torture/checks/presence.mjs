/**
 * Who finds a key absent, or deletes it, does so at a moment at which it held nothing: not inside the zone of a value, and
 * not after a write that nobody can have removed since. Who finds it there needs a write that nobody removed.
 */
import { zoneAround, zonesOf } from './values.mjs'

const ALWAYS = { start: Number.NEGATIVE_INFINITY, end: Number.NEGATIVE_INFINITY }

export function checkPresence(register) {
  const { key, absences, sights } = register
  const zones = zonesOf(register)
  const writes = happened(register, zones)
  const removals = [ALWAYS, ...register.removals]
  const done = register.removals.filter(({ end }) => end < Number.POSITIVE_INFINITY)
  const found = []
  const isAbsent = possible(removals, writes)
  for (const { start, end } of absences) {
    const zone = zoneAround(zones, start, end)
    if (zone !== undefined) found.push(`FALSE KEY_NOT_FOUND: ${key} was absent while it held ${zone.id}`)
    else if (!isAbsent(start, end))
      found.push(`FALSE KEY_NOT_FOUND: ${key} was absent, and nobody had removed what was written`)
  }
  for (const { start, end } of done) {
    const zone = zoneAround(zones, start, end)
    if (zone !== undefined) found.push(`CAME BACK: ${key} held ${zone.id} before and after it was removed`)
  }
  const isThere = possible(writes, done)
  for (const { start, end } of sights)
    if (!isThere(start, end)) found.push(`FALSE SIGHT: ${key} was there, and nobody had written it`)
  return found
}

/** Writes with the time at which they had happened at the latest: somebody may have read the value before the answer. */
function happened({ writes }, zones) {
  const seen = new Map(zones.map(({ id, from }) => [id, from]))
  return writes.map(({ id, start, end }) => ({ start, end: Math.min(end, seen.get(id) ?? end) }))
}

/**
 * Whether at some moment between two times a cause was in force: one that began before the end, and that nothing undid
 * which began after the cause had ended and itself ended before the beginning.
 */
function possible(causes, undoings) {
  const latestEnd = highestUpTo(causes, 'start', 'end')
  const latestStart = highestUpTo(undoings, 'end', 'start')
  return (start, end) => latestEnd(end) >= latestStart(start)
}

/** The highest `value` among those whose `by` is below a time. */
function highestUpTo(operations, by, value) {
  const sorted = [...operations].sort((a, b) => a[by] - b[by])
  let most = Number.NEGATIVE_INFINITY
  const highest = sorted.map(operation => {
    most = Math.max(most, operation[value])
    return most
  })
  return time => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sorted[middle][by] < time) low = middle + 1
      else high = middle
    }
    return highest[low - 1] ?? Number.NEGATIVE_INFINITY
  }
}
