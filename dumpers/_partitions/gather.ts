/**
 * A stream of batches as the tables that become parts: small batches are gathered, large ones are cut. The next batch is
 * not asked for before the parts that are full have been taken.
 */
import type { Table } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'
import type { Incoming } from './incoming.js'
import { cutBefore } from './index-divisions.js'
import { Pending } from './pending.js'

/** Tables of at most `size` bytes, the last of which may be empty where it is the only one. Rows with the same `index` stay together. */
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
  }
  const { schema } = incoming
  if (pending.rows > 0 || parts === 0) yield pending.take(pending.rows, schema)

  function cut(count: number): number {
    const column = incoming.schema.fields.findIndex(({ name }) => name === index)
    return (column >= 0 && cutBefore(arrow, pending.column(column), count)) || count
  }
}
