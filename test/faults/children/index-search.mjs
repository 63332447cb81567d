/** Everything that a search knows of each key, by the index or by reading every record. */

import { DumperTable } from '../../../dist/src/dumper-table.js'
import { compileQuery } from '../../../dist/src/find/query.js'
import { search } from '../../../dist/src/find/search.js'
import { Session } from '../../../dist/src/session.js'

/** By the index, where a change that is `margin` milliseconds old can be told from a later one. */
export function factsOf(directory, margin) {
  return gathered(directory, { margin })
}

export function factsScanned(directory) {
  return gathered(directory, { byIndex: false })
}

async function gathered(path, manner) {
  const session = new Session({ readonly: false, durability: 'relaxed', dumpers: new DumperTable() })
  const found = []
  // Asks for annotations, so that they are read too.
  const query = compileQuery({ tags: [] })
  for await (const { place, facts } of search({ session, ...manner }, session.directory(path), query)) {
    found.push(`${place.key} ${JSON.stringify(facts)}`)
  }
  return found
}
