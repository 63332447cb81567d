/** STALE_HANDLE is for handles whose key was replaced or removed since they were opened, and for no others. */

export function checkHandles(operations, registers) {
  const found = []
  for (const { op, key, held, generation, id, failed, result, end } of operations) {
    const opened = op === 'held' ? id : (held ?? generation)
    const isStale = failed === 'STALE_HANDLE' || result === 'stale'
    if (!isStale || typeof opened !== 'number') continue
    const { writes, removals } = registers.get(key)
    const opening = writes.find(write => write.id === opened)
    const others = [...writes.filter(write => write !== opening), ...removals]
    const isReplaced = others.some(other => other.start < end && other.end > (opening?.start ?? 0))
    if (!isReplaced)
      found.push(`FALSE STALE_HANDLE: nobody had changed ${key} since it was opened as ${opened}`)
  }
  return found
}
