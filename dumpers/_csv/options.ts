/** The options of `csv`, checked before anything is read or written: OPTION_INVALID names the option. */
import { DirdictError } from '../../src/errors.js'
import { type CsvField, DELIMITERS, type Delimiter } from './schema.js'
import { type Kind, parseType } from './types.js'

/** One column that was asked for: where it is in the file, and what it is read as. */
export interface Wanted {
  readonly index: number
  readonly field: CsvField
  /** The type is that of the option `types`, not the stored one. */
  readonly overridden: boolean
}

export function checkDelimiter(delimiter: unknown): Delimiter | undefined {
  if (delimiter === undefined) return undefined
  const found = DELIMITERS.find(one => one === delimiter)
  if (found !== undefined) return found
  const choices = DELIMITERS.map(one => JSON.stringify(one)).join(', ')
  throw invalid('delimiter', `is one of ${choices}, not ${JSON.stringify(delimiter)}`)
}

/** Types by the name of their column. */
export function checkTypes(types: unknown): ReadonlyMap<string, Kind> {
  if (types === undefined) return new Map()
  if (typeof types !== 'object' || types === null || Array.isArray(types)) {
    throw invalid('types', "is an object with a type for each column, { rate: 'float32' }")
  }
  return new Map(
    Object.entries(types).map(([name, type]) => {
      const kind = typeof type === 'string' ? parseType(type) : undefined
      if (kind !== undefined) return [name, kind]
      const known = 'float64, int32, utf8, date32, timestamp[ms], timestamp[ns, tz=UTC], decimal128(20, 2), …'
      throw invalid(
        'types',
        `has ${JSON.stringify(type)} for column ${JSON.stringify(name)}. There is: ${known}`,
      )
    }),
  )
}

/** OPTION_INVALID where a type is given for a column that is not there. */
export function assertTyped(types: ReadonlyMap<string, Kind>, names: readonly string[]): void {
  const known = new Set(names)
  for (const name of types.keys()) if (!known.has(name)) throw unknown('types', name, names)
}

/** The columns that `columns` names, in its order, read as `types` says. */
export function selectColumns(
  columns: unknown,
  types: ReadonlyMap<string, Kind>,
  fields: readonly CsvField[],
): readonly Wanted[] {
  const all = fields.map((field, index): Wanted => {
    const kind = types.get(field.name)
    if (kind === undefined) return { index, field, overridden: false }
    return { index, field: { ...field, kind, categories: undefined }, overridden: true }
  })
  const names = fields.map(({ name }) => name)
  assertTyped(types, names)
  if (columns === undefined) return all
  if (!Array.isArray(columns) || !columns.every(name => typeof name === 'string')) {
    throw invalid('columns', 'is an array of column names')
  }
  if (columns.length === 0) throw invalid('columns', 'is empty. Name one column at least')
  if (new Set(columns).size < columns.length) throw invalid('columns', 'names a column twice')
  const byName = new Map(all.map(one => [one.field.name, one]))
  return columns.map((name: string) => {
    const found = byName.get(name)
    if (found === undefined) throw unknown('columns', name, names)
    return found
  })
}

/** `rows` of a table of `all` rows, by Python's rules for slices: 0 <= start <= stop <= all. */
export function selectRows(rows: unknown, all: number): readonly [start: number, stop: number] {
  if (rows === undefined) return [0, all]
  if (!Array.isArray(rows) || rows.length !== 2 || !rows.every(Number.isSafeInteger)) {
    throw invalid('rows', `is two whole numbers [start, stop], not ${JSON.stringify(rows)}`)
  }
  const [start = 0, stop = 0] = rows.map((n: number) => Math.min(all, Math.max(0, n < 0 ? n + all : n)))
  return [start, Math.max(start, stop)]
}

export function invalid(option: string, what: string): DirdictError {
  return new DirdictError('OPTION_INVALID', `The option \`${option}\` ${what}.`, { option, dumper: 'csv' })
}

function unknown(option: string, name: string, names: readonly string[]): DirdictError {
  const some = names.slice(0, 20).map(one => JSON.stringify(one))
  const there = `${some.join(', ')}${names.length > 20 ? `, … (${names.length})` : ''}`
  const message = `There is no column ${JSON.stringify(name)}. There is: ${there}.`
  return new DirdictError('OPTION_INVALID', message, { option, dumper: 'csv' })
}
