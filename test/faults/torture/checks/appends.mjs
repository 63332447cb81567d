/**
 * Rows of a shared store: whoever reads gets a beginning of one and the same sequence, with every row that was acknowledged
 * before, and never fewer than somebody had before him.
 */

export function checkAppends(operations) {
  const generations = new Map()
  const of = generation => {
    if (!generations.has(generation)) generations.set(generation, { generation, appends: [], reads: [] })
    return generations.get(generation)
  }
  for (const operation of operations) {
    if (operation.op === 'append') of(operation.generation).appends.push(operation)
    if (operation.op === 'rows' && operation.result !== undefined)
      of(operation.result.generation).reads.push(operation)
  }
  return [...generations.values()].flatMap(checkGeneration)
}

function checkGeneration({ generation, appends, reads }) {
  const found = []
  const rows = reads.reduce(
    (longest, { result }) => (result.rows.length > longest.length ? result.rows : longest),
    [],
  )
  const byId = new Map(appends.map(append => [append.id, append]))
  if (new Set(rows).size < rows.length) found.push(`TWICE: a row of store ${generation} was appended twice`)
  for (const id of rows.slice(1)) {
    const append = byId.get(id)
    if (append === undefined) found.push(`FROM NOWHERE: row ${id} of store ${generation}`)
    else if (append.failed !== undefined) found.push(`GHOST: row ${id} of store ${generation} had failed`)
  }
  for (const { result } of reads)
    if (result.rows.some((id, i) => id !== rows[i]))
      found.push(`CHANGED: rows of store ${generation} were others before`)
  found.push(...backInTime(generation, reads))
  for (const { id, result: at, end, failed } of appends) {
    if (end === undefined || failed !== undefined) continue
    const later = reads.filter(read => read.start > end)
    const isLost = later.some(({ result }) => result.rows[at] !== id)
    if (isLost) found.push(`LOST: row ${id} of store ${generation} was acknowledged as row ${at}`)
  }
  return found
}

function backInTime(generation, reads) {
  const ended = [...reads].sort((a, b) => a.end - b.end)
  let [most, next] = [0, 0]
  const found = []
  for (const { start, result } of [...reads].sort((a, b) => a.start - b.start)) {
    for (; next < ended.length && ended[next].end < start; next++)
      most = Math.max(most, ended[next].result.rows.length)
    if (result.rows.length < most)
      found.push(`BACK IN TIME: store ${generation} had ${most} rows, and then ${result.rows.length}`)
  }
  return found
}
