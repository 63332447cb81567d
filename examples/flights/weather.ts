/**
 * The weather of Seattle, from CSV text to columns.
 */

type Columns = readonly (readonly [
  name: string,
  column: readonly Date[] | readonly string[] | Float64Array,
])[]

/** Dates as dates, measurements as float64, the kind of weather as text. */
export function weatherColumns(csv: string): Columns {
  const [header = '', ...lines] = csv.trim().split(/\r?\n/)
  const rows = lines.map(line => line.split(','))
  return header.split(',').map((name, index) => {
    const cells = rows.map(row => row[index] ?? '')
    if (name === 'date') return [name, cells.map(cell => new Date(`${cell}T00:00:00Z`))]
    if (name === 'weather') return [name, cells]
    return [name, Float64Array.from(cells, Number)]
  })
}
