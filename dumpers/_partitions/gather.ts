/**
 * A stream of batches as the tables that become parts: small batches are gathered, large ones are cut. The next batch is
 * not asked for before the parts that are full have been taken.
 */
import type { Table } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'
import { indexColumn } from '../_parquet/pandas.js'
import type { Incoming } from './incoming.js'
import { cutBefore } from './index-divisions.js'
import { Pending } from './pending.js'

/**
 * Tables of at most `size` bytes, the last of which may be empty where it is the only one. Rows with the same value in
 * `index`, or else in the index that they came with, stay together.
 */
export async function* gathered(
  arrow: Arrow,
  items: AsyncIterable<unknown>,
  incoming: Incoming,
  size: number,
  index: string | undefined,
): AsyncGenerator<Table, void, undefined> {
  const pending = new Pending(arrow)
  let parts = 0
  for await (const item of items) {
    for (const rows of await incoming.rowsOf(item)) pending.add(rows)
    while (pending.bytes > size) {
      const count = pending.rowsWithin(size)
      if (count >= pending.rows) break
      yield pending.take(cut(count), incoming.schema)
      parts++
    }
    pending.keep()
  }
  const { schema } = incoming
  if (pending.rows > 0 || parts === 0) yield pending.take(pending.rows, schema)

  function cut(count: number): number {
    const { fields, metadata } = incoming.schema
    const wanted = index ?? indexColumn(metadata.get('pandas'), fields)
    const column = fields.findIndex(({ name }) => name === wanted)
    return (column >= 0 && cutBefore(arrow, pending.column(column), count)) || count
  }
}
