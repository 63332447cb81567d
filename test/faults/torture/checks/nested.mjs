/**
 * A nested database that is only renamed, never deleted before it was looked through, loses nothing: what was acknowledged
 * below it lies in one of those that it became, and was written before that one was renamed.
 */

export function checkNested(operations) {
  const found = []
  const adds = operations.filter(({ op }) => op === 'add')
  const looks = operations.filter(({ op, result }) => op === 'found' && result !== undefined)
  const renames = new Map(operations.filter(({ op }) => op === 'rename').map(rename => [rename.to, rename]))
  const towers = new Map()
  for (const { key, result } of looks) {
    for (const id of result) {
      const before = towers.get(id) ?? key
      if (before !== key) found.push(`TWICE: ${id} lies in ${before} and in ${key}`)
      towers.set(id, key)
    }
  }
  for (const { id, start, end, failed } of adds) {
    const tower = towers.get(id)
    const renamed = renames.get(tower)
    if (tower === undefined && end !== undefined && failed === undefined)
      found.push(`LOST: ${id} was acknowledged below a nested database, and lies nowhere`)
    if (tower !== undefined && failed !== undefined)
      found.push(`GHOST: ${id} lies in ${tower}, and its write had failed with ${failed}`)
    if (renamed?.end !== undefined && start > renamed.end)
      found.push(`TOO LATE: ${id} was written into ${tower} after that had been renamed`)
  }
  return found
}
