/** A rename takes away what it moves: one value of one key is moved once, however many try. */

export function checkRenames(operations, registers) {
  const found = []
  const moved = new Map()
  for (const { op, key, to, failed } of operations) {
    const [read] = op === 'rename' && failed === undefined ? (registers.get(to)?.reads ?? []) : []
    // Whatever lies under a goal that many race for, their own number tells.
    if (read === undefined || registers.get(to).writes.length > 1) continue
    const what = `${key} ${read.id}`
    if (moved.has(what))
      found.push(`TWICE: ${key} was moved as ${read.id} to ${moved.get(what)} and to ${to}`)
    moved.set(what, to)
  }
  return found
}
