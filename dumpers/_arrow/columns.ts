/** The option `columns` of tables: which columns are read, and in which order. */
import { DirdictError } from '../../src/errors.js'
import { nearest } from './nearest.js'

/** Where the wanted columns are among those that there are; all where none are asked for. */
export function columnIndices(columns: unknown, available: readonly string[], dumper: string): number[] {
  if (columns === undefined) return available.map((_, i) => i)
  const invalid = (message: string, near: readonly string[] = []): DirdictError =>
    new DirdictError('OPTION_INVALID', message, { option: 'columns', dumper, near })
  if (!Array.isArray(columns) || !columns.every(name => typeof name === 'string')) {
    throw invalid('The option `columns` is an array of column names.')
  }
  if (columns.length === 0) throw invalid('The option `columns` is empty. Leave it out to read all columns.')
  const indices = new Map(available.map((name, i) => [name, i]))
  const seen = new Set<string>()
  return columns.map(name => {
    if (seen.has(name)) throw invalid(`The option \`columns\` names ${JSON.stringify(name)} twice.`)
    seen.add(name)
    const index = indices.get(name)
    if (index !== undefined) return index
    const near = nearest(name, available)
    const rest = available.length > near.length ? ` (of ${available.length} columns)` : ''
    const list = near.map(item => JSON.stringify(item)).join(', ')
    throw invalid(`There is no column ${JSON.stringify(name)}. There is: ${list}${rest}.`, near)
  })
}
