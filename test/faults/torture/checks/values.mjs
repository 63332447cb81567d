/**
 * Reads and writes of one key fit into one order (Gibbons and Korach, "Testing shared memories", 1997: with values that are
 * written once it takes one pass). A value was certainly there from the first moment at which an operation on it had ended
 * to the last at which one began: its zone. No two zones overlap, and no other value comes and goes inside of one.
 */
import { earliestEnd } from './registers.mjs'

export function checkValues(register) {
  const { clusters, found } = clustersOf(register)
  const zones = zonesOf(register)
  for (let i = 1; i < zones.length; i++) {
    const [before, after] = [zones[i - 1], zones[i]]
    if (after.from < before.to)
      found.push(
        `BACK IN TIME: ${register.key} was seen as ${before.id}, as ${after.id}, and as one of them again`,
      )
  }
  for (const { id, first, last, isRead } of clusters) {
    const zone = first < last ? undefined : zoneAround(zones, last, first)
    if (zone === undefined) continue
    const what = isRead ? 'BACK IN TIME' : 'LOST'
    found.push(`${what}: ${register.key} became ${id}, and was ${zone.id} before and after`)
  }
  return found
}

/** Where the key certainly held one value, in order. */
export function zonesOf(register) {
  const { clusters } = clustersOf(register)
  return clusters
    .filter(({ first, last }) => first < last)
    .map(({ id, first, last }) => ({ id, from: first, to: last }))
    .sort((a, b) => a.from - b.from)
}

/** The zone that begins before and ends after all of this time. */
export function zoneAround(zones, from, to) {
  let [low, high] = [0, zones.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (zones[middle].from < from) low = middle + 1
    else high = middle
  }
  const zone = zones[low - 1]
  return zone !== undefined && to < zone.to ? zone : undefined
}

/** Each value with its write and its reads. One that was neither acknowledged nor read may never have been. */
function clustersOf({ key, writes, reads, failed }) {
  const found = []
  const byId = new Map()
  for (const write of writes) {
    if (byId.has(write.id)) found.push(`TWICE: ${key} was written as ${write.id} by two operations`)
    byId.set(write.id, [write])
  }
  for (const read of reads) {
    const cluster = byId.get(read.id)
    if (failed.has(read.id)) found.push(`GHOST: ${key} was read as ${read.id}, whose write had failed`)
    else if (cluster === undefined)
      found.push(`FROM NOWHERE: ${key} was read as ${read.id}, which nobody wrote`)
    else if (read.end < cluster[0].start)
      found.push(`TOO EARLY: ${key} was read as ${read.id} before it was written`)
    cluster?.push(read)
  }
  const clusters = []
  for (const [id, operations] of byId) {
    const first = earliestEnd(operations)
    const last = operations.reduce((most, { start }) => Math.max(most, start), Number.NEGATIVE_INFINITY)
    if (first < Number.POSITIVE_INFINITY) clusters.push({ id, first, last, isRead: operations.length > 1 })
  }
  return { clusters, found }
}
