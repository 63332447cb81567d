/**
 * The face of tables: names and types of columns, the first and the last rows, as many columns as the width has room for.
 */
import type { ArrowTable } from './arrow-types.js'
import { cellText } from './cell-text.js'
import { MORE, packedLines, shownOf } from './edges.js'
import { faceBesideToString, type Showing, wear } from './face.js'
import { gridTable, preformatted, section } from './html.js'
import { clipped } from './printable.js'

/** Rows at either end. */
const ROWS = 5
/** No more columns are looked at. */
const COLUMNS = 30
const CELL = 40
const TYPE = 24
/** Names of columns for which there is no room. */
const NAMES = 20

/** The texts of one column: its name, its type, its cells. */
interface Column {
  readonly name: string
  readonly type: string
  readonly cells: readonly string[]
}

export const tableShowing: Showing<ArrowTable> = {
  kind: 'Table',

  title({ numRows, schema }) {
    return `Table of ${counted(numRows, 'row')}, ${counted(schema.fields.length, 'column')}`
  },

  text(table, width) {
    const rows = shownOf(table.numRows, ROWS)
    const labels = ['', '', ...rows.map(row => (row === null ? MORE : String(row)))]
    const blocks = [padded(labels)]
    let used = blocks[0]?.[0]?.length ?? 0
    for (let at = 0; at < mostColumns(table); at++) {
      const { name, type, cells } = columnAt(table, at, rows)
      const block = padded([name, type, ...cells])
      used += 2 + (block[0]?.length ?? 0)
      if (used > width && at > 0) break
      blocks.push(block)
    }
    const lines = labels.map((_, line) => blocks.map(block => block[line] ?? '').join('  '))
    return [
      this.title(table),
      ...lines.map(line => line.trimEnd()),
      ...omitted(table, blocks.length - 1, width),
    ].join('\n')
  },

  html(table) {
    const rows = shownOf(table.numRows, ROWS)
    const columns = Array.from({ length: mostColumns(table) }, (_, at) => columnAt(table, at, rows))
    const heads = [
      ['', ...columns.map(({ name }) => name)],
      ['', ...columns.map(({ type }) => type)],
    ]
    const body = rows.map((row, i) => {
      return row === null ? [MORE] : [String(row), ...columns.map(({ cells }) => cells[i] ?? '')]
    })
    const rest = omitted(table, columns.length, 100).join('\n')
    const below = rest === '' ? '' : preformatted(rest)
    return section(this.title(table), `${gridTable({ heads, rows: body })}${below}`)
  },
}

const face = faceBesideToString(tableShowing)

/** The table, which shows itself from now on. */
export function shownTable<T extends ArrowTable>(table: T): T {
  return wear(table, face)
}

function columnAt(table: ArrowTable, at: number, rows: readonly (number | null)[]): Column {
  const field = table.schema.fields[at]
  const column = table.getChildAt(at)
  const cells = rows.map(row => {
    if (row === null || column === null) return MORE
    const text = cellText(column, row)
    return text.length > CELL ? `${text.slice(0, CELL - 1)}${MORE}` : text
  })
  return { name: clipped(field?.name ?? '', CELL), type: clipped(String(field?.type), TYPE), cells }
}

function mostColumns({ schema }: ArrowTable): number {
  return Math.min(COLUMNS, schema.fields.length)
}

function padded(texts: readonly string[]): string[] {
  const width = texts.reduce((most, text) => Math.max(most, text.length), 0)
  return texts.map(text => text.padStart(width))
}

/** How many columns are not shown, and what they are called. */
function omitted({ schema }: ArrowTable, shown: number, width: number): string[] {
  const rest = schema.fields.slice(shown)
  if (rest.length === 0) return []
  const names = rest.slice(0, NAMES).map(({ name }) => clipped(name, CELL))
  if (rest.length > NAMES) names.push(MORE)
  return packedLines(
    [`${MORE} and ${counted(rest.length, 'more column')}: ${names[0]}`, ...names.slice(1)],
    width,
  )
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`
}
