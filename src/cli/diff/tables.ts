/**
 * Compares tables: columns, their types, rows, and cells, one column at a time.
 */
import { arrow, csv, dataframe } from '../../index.js'
import { cellOf, type Table } from '../table-form.js'
import { changed, type Difference, onlyIn } from './difference.js'
import type { Side } from './side.js'

interface Part {
  readonly columns?: readonly string[]
  readonly rows?: readonly [number, number]
}

/** How the tables of each format are read. */
const READ: ReadonlyMap<string, (side: Side, part: Part) => Promise<Table>> = new Map([
  ['dataframe', ({ db, key }: Side, part: Part) => db.get(key, dataframe, part)],
  ['arrow', ({ db, key }: Side, part: Part) => db.get(key, arrow, part)],
  ['csv', ({ db, key }: Side, part: Part) => db.get(key, csv, part)],
])

export const isTable = (dumper: string): boolean => READ.has(dumper)

export async function compareTables(a: Side, b: Side): Promise<Difference> {
  const [before, after] = [await columnsOf(a), await columnsOf(b)]
  const { removed, added } = onlyIn(before.keys(), after.keys())
  const common = [...before.keys()].filter(name => after.has(name))
  const retyped = common
    .filter(name => before.get(name) !== after.get(name))
    .map(name => [name, { from: before.get(name), to: after.get(name) }] as const)
  const rows = [await rowsOf(a), await rowsOf(b)] as const
  const differing = new Map<string, string>()
  for (const name of common) {
    if (rows[0] !== rows[1] || before.get(name) !== after.get(name)) continue
    const found = differingCells(await column(a, name), await column(b, name), name)
    if (found !== undefined) differing.set(name, found)
  }
  const facts = {
    ...(removed.length > 0 && { removed }),
    ...(added.length > 0 && { added }),
    ...(retyped.length > 0 && { types: Object.fromEntries(retyped) }),
    ...changed(
      'order',
      removed.length + added.length === 0 ? [...before.keys()] : [],
      removed.length + added.length === 0 ? [...after.keys()] : [],
    ),
    ...changed('rows', ...rows),
    ...(differing.size > 0 && { columns: Object.fromEntries(differing) }),
  }
  return Object.keys(facts).length === 0
    ? { equal: true, facts: { rows: rows[0], columns: before.size } }
    : { equal: false, facts }
}

/** Names and types, in order. */
async function columnsOf(side: Side): Promise<Map<string, string>> {
  const { schema } = await read(side, { rows: [0, 0] })
  return new Map(schema.fields.map(({ name, type }) => [name, String(type)]))
}

async function rowsOf(side: Side): Promise<number> {
  const [first] = (await columnsOf(side)).keys()
  return (await read(side, first === undefined ? {} : { columns: [first] })).numRows
}

function column(side: Side, name: string): Promise<Table> {
  return read(side, { columns: [name] })
}

function differingCells(a: Table, b: Table, name: string): string | undefined {
  const [left, right] = [cells(a, name), cells(b, name)]
  let [differing, first] = [0, -1]
  for (let row = 0; row < a.numRows; row++) {
    const [x, y] = [left(row), right(row)]
    if (x === y || (typeof x === 'object' && JSON.stringify(x) === JSON.stringify(y))) continue
    if (differing++ === 0) first = row
  }
  return differing === 0 ? undefined : `${differing} of ${a.numRows} rows, the first is ${first}`
}

function cells(table: Table, name: string): (row: number) => unknown {
  const column = table.getChild(name)
  return column === null ? () => undefined : cellOf(column, name)
}

function read(side: Side, part: Part): Promise<Table> {
  const reader = READ.get(side.metadata.dumper)
  if (reader === undefined) throw new TypeError(`${side.metadata.dumper} holds no table`)
  return reader(side, part)
}
