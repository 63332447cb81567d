/** Updates make each value out of the one before, so that a lost one shows as a fork, or as a link that nobody kept. */

/** No two updates that happened have begun with the same value. */
export function checkUpdates({ key, writes, reads }) {
  const found = []
  const seen = new Set(reads.map(({ id }) => id))
  const first = new Map()
  for (const { id, end, saw } of writes) {
    const isCertain = end < Number.POSITIVE_INFINITY || seen.has(id)
    if (!isCertain || saw === undefined || saw === null) continue
    if (first.has(saw))
      found.push(`LOST UPDATE: ${key} was made of ${saw} twice, to ${first.get(saw)} and to ${id}`)
    first.set(saw, id)
  }
  return found
}

/** Of a key that is only updated: from the last value that was read back to the first, every acknowledged one is met. */
export function checkChain({ key, writes, reads }) {
  const last = reads.reduce((latest, read) => (read.start > latest.start ? read : latest), { start: -1 })
  const byId = new Map(writes.map(write => [write.id, write]))
  const kept = new Set()
  for (let id = last.id; byId.has(id) && !kept.has(id); id = byId.get(id).saw) kept.add(id)
  return writes
    .filter(({ id, end }) => end < last.start && !kept.has(id))
    .map(({ id }) => `LOST UPDATE: ${key} was acknowledged as ${id}, which ${last.id} was not made of`)
}
