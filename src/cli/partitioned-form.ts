/** A partitioned table as `table-form.ts` has tables; of the beginning, no more than is printed is read. */
import type { PartitionedTable } from '../index.js'
import { assertFits } from './plain-form.js'
import { PREVIEW_ROWS, tableForm, tablePreview } from './table-form.js'

/** Every row. VALUE_REJECTED for more cells than JSON is good for, before they are read. */
export async function partitionedForm(table: PartitionedTable): Promise<Record<string, unknown>[]> {
  assertFits(table.numRows * table.schema.fields.length)
  return tableForm(await table.toTable())
}

/** Number of rows and parts, columns with their types, and the first rows. */
export async function partitionedPreview(table: PartitionedTable): Promise<string> {
  const first = await table.toTable({ rows: [0, PREVIEW_ROWS] })
  const count = table.partitions.length
  const title = `Table of ${table.numRows} rows in ${count} ${count === 1 ? 'part' : 'parts'}`
  return tablePreview(first, table.numRows, title)
}
