/**
 * Tables for fault tests: several parts, whose every row holds the version, so that one mixed of two writes cannot pass
 * for a whole one.
 */
const BATCHES = 4
const ROWS = 600

/** A stream of batches, as `partitions` takes it. */
export function* tableNamed(version) {
  for (let batch = 0; batch < BATCHES; batch++) {
    yield Array.from({ length: ROWS }, (_, i) => ({ row: batch * ROWS + i, version }))
  }
}

/** The version in all rows. Throws where a row is missing or another's; closes the table. */
export async function versionOf(table) {
  const versions = new Set()
  let rows = 0
  for await (const batch of table.batches()) {
    for (const { row, version } of batch.toArray()) {
      if (Number(row) !== rows++) throw new Error(`TORN row ${row}`)
      versions.add(Number(version))
    }
  }
  await table.close()
  if (rows !== BATCHES * ROWS || versions.size !== 1) throw new Error(`TORN ${rows} rows of ${[...versions]}`)
  const [version] = versions
  return version
}
