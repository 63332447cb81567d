/**
 * subdb: a database inside a database. It is live, and made by `db.sub(key, { create: true })`.
 */
import type { Dumper, LiveFolder, NestedDatabase } from '../src/dumper.js'
import { DirdictError } from '../src/errors.js'

/** `get` gives a `DataBase`. No value is a database: one is made by `db.sub`, and copied by `db.copy`. */
export const subdb: Dumper<never, NestedDatabase> = {
  name: 'subdb',
  loader: 'just_create_isf_db',
  live: true,

  check() {
    return false
  },

  async dump() {
    throw new DirdictError(
      'VALUE_REJECTED',
      'A nested database is made by db.sub(key, { create: true }) and copied by db.copy(key, otherDatabase).',
      { dumper: 'subdb' },
    )
  },

  load(live: LiveFolder) {
    return live.database()
  },
}
