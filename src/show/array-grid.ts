/**
 * Arrays as tables: a matrix with its first and last rows and columns, a vector as one column, records with a column for
 * each field. Arrays with more axes have no such form.
 */
import { countOf, type NDArray } from '../ndarray/types.js'
import { MORE, shownOf } from './edges.js'
import { dtypeText, elementText } from './element-text.js'
import type { Grid } from './html.js'
import { clipped } from './printable.js'

const ROWS = 5
const COLUMNS = 5
const FIELDS = 20
const NAME = 40

/** Undefined where text says it better. */
export function arrayGrid(a: NDArray): Grid | undefined {
  if (countOf(a) === 0 || a.shape.length === 0 || a.shape.length > 2) return undefined
  if (a.fields !== undefined) return a.shape.length === 1 ? recordGrid(a, a.fields) : undefined
  const columns = a.shape.length === 1 ? [undefined] : shownOf(a.shape[1] ?? 0, COLUMNS)
  const head = columns.map(column => (column === undefined ? '' : column === null ? MORE : String(column)))
  const rows = rowsOf(a, row => {
    return columns.map(column => {
      if (column === null) return MORE
      return elementText(a, column === undefined ? [row] : [row, column])
    })
  })
  return { heads: a.shape.length === 1 ? [] : [['', ...head]], rows }
}

function recordGrid(a: NDArray, fields: ReadonlyMap<string, NDArray>): Grid {
  const shown = [...fields].slice(0, FIELDS)
  const names = ['', ...shown.map(([name]) => clipped(name, NAME))]
  const types = ['', ...shown.map(([, field]) => dtypeText(field))]
  const rows = rowsOf(a, row => {
    return shown.map(([, field]) =>
      // As a record of this one field, so that further axes of it are shown in brackets.
      elementText({ ...a, fields: new Map([['', field]]) }, [row]).slice(1, -1),
    )
  })
  return { heads: [names, types], rows }
}

function rowsOf(a: NDArray, cells: (row: number) => readonly string[]): string[][] {
  return shownOf(a.shape[0] ?? 0, ROWS).map(row => (row === null ? [MORE] : [String(row), ...cells(row)]))
}
