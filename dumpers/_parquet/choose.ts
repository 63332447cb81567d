/**
 * Which columns of which row groups an answer needs, found before anything but the footer is read.
 */
import { totalmem } from 'node:os'
import type { Schema } from 'apache-arrow'
import { DirdictError } from '../../src/errors.js'
import { nearest } from '../_arrow/nearest.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { tableRows } from '../_arrow/rows.js'
import { compileWhere, type Predicate } from '../_arrow/where.js'
import { chunkMetadata, readChunks } from './chunk.js'
import { intact, tooLarge } from './damage.js'
import { keyValues, type RowGroup, type TopColumn } from './footer.js'
import type { ParquetFile } from './open.js'
import { ARROW_SCHEMA, type ChosenGroup, leavesOf, type Projection, project } from './project.js'
import type { Runner } from './runner.js'
import { projectedSchema, readSchema } from './schema.js'
import { leafSchema, readStatistics } from './statistics.js'

/** The options of `get`, as they came. */
export interface Request {
  readonly columns?: readonly string[] | undefined
  readonly rows?: unknown
  readonly where?: unknown
}

/** Rows `[from, to)` of a row group. */
export interface GroupPart extends ChosenGroup {
  readonly from: number
  readonly to: number
}

export interface Choice {
  /** What is read: the columns of the answer, then those that only `where` looks at. */
  readonly columns: readonly TopColumn[]
  /** How many of `columns` are the answer's. */
  readonly kept: number
  readonly predicate: Predicate | undefined
  readonly parts: readonly GroupPart[]
  /** The file with some columns alone. */
  projection(columns: readonly TopColumn[]): Promise<Projection>
}

/** Arrow's vectors count in 32 bits. */
export const MOST_ROWS: number = 2 ** 31 - 1
/** parquet-wasm holds a chunk encoded, decoded and as a message at the same time, in at most 4 GiB. */
const LARGEST_CHUNK = 1.5 * 2 ** 30

/** OPTION_INVALID for a column or rows that cannot be; UNSUPPORTED_FORMAT for more than can be held. */
export async function choose(
  arrow: Arrow,
  runner: Runner,
  file: ParquetFile,
  request: Request,
): Promise<Choice> {
  const { footer } = file
  const byName = new Map(footer.columns.map(column => [column.name, column]))
  const names = request.columns ?? [...byName.keys()]
  if (request.columns !== undefined) checkColumns(request.columns, [...byName.keys()])
  const schema = once(() => readSchema(arrow, runner, file))
  const predicate =
    request.where === undefined ? undefined : compileWhere(arrow, request.where, (await schema()).fields)
  const all = [...new Set([...names, ...(predicate?.columns ?? [])])]
  const columns = all.map(name => byName.get(name) ?? lacking(file.name, name))
  const [start, stop] = tableRows(request.rows, footer.rows, 'dataframe')
  const may = predicate === undefined ? () => true : mayMatch(arrow, file, predicate, await schema())
  const leaves = leavesOf(columns)
  const parts: GroupPart[] = []
  let first = 0
  for (const group of footer.groups) {
    const from = Math.max(0, start - first)
    const to = Math.min(group.rows, stop - first)
    first += group.rows
    if (from >= to || !may(group)) continue
    parts.push({
      group,
      from,
      to,
      chunks: intact(file.name, () => readChunks(group, leaves, file.source.size)),
    })
  }
  checkSizes(file, parts, predicate)
  return {
    columns,
    kept: names.length,
    predicate,
    parts,
    projection: chosen => projection(arrow, file, chosen, schema),
  }
}

/** The number of rows that the answer has, before any is filtered out. */
function rowsOf(parts: readonly GroupPart[]): number {
  return parts.reduce((sum, { from, to }) => sum + to - from, 0)
}

async function projection(
  arrow: Arrow,
  file: ParquetFile,
  columns: readonly TopColumn[],
  schema: () => Promise<Schema>,
): Promise<Projection> {
  const { footer } = file
  const inOrder =
    columns.length === footer.columns.length && columns.every((one, i) => one === footer.columns[i])
  const notes = intact(file.name, () => keyValues(footer))
  const whole = inOrder || !notes.has(ARROW_SCHEMA) ? undefined : await schema()
  return intact(file.name, () => {
    if (whole === undefined) return project(footer, columns, undefined)
    const names = columns.map(column => column.name)
    return project(footer, columns, projectedSchema(arrow, whole, names, notes))
  })
}

function mayMatch(
  arrow: Arrow,
  { name, footer, source }: ParquetFile,
  predicate: Predicate,
  schema: Schema,
): (group: RowGroup) => boolean {
  const known = predicate.columns.flatMap(wanted => {
    const column = footer.columns.find(one => one.name === wanted)
    const field = schema.fields.find(one => one.name === wanted)
    const leaf = column && intact(name, () => leafSchema(footer, column))
    return column && field && leaf ? [[wanted, { field, leaf, at: column.firstLeaf }] as const] : []
  })
  const columns = new Map(known)
  return group =>
    predicate.mayMatch(wanted => {
      const column = columns.get(wanted)
      if (column === undefined) return undefined
      return intact(name, () => {
        const [chunk] = readChunks(group, [column.at], source.size)
        const metadata = chunk === undefined ? undefined : chunkMetadata(chunk)
        return metadata && readStatistics(arrow, metadata, column.field, group.rows, column.leaf)
      })
    })
}

function checkSizes(file: ParquetFile, parts: readonly GroupPart[], predicate: Predicate | undefined): void {
  const rows = rowsOf(parts)
  if (predicate === undefined && rows > MOST_ROWS)
    throw tooLarge(file.name, `has ${rows} rows; a table holds ${MOST_ROWS}. Read fewer with rows or where.`)
  let bytes = 0
  let decoded = 0
  for (const { group, chunks } of parts) {
    for (const chunk of chunks) {
      bytes += chunk.length
      decoded += chunk.decoded
      if (chunk.decoded <= LARGEST_CHUNK) continue
      const name = file.footer.columns.findLast(column => column.firstLeaf <= chunk.leaf)?.name
      throw tooLarge(
        file.name,
        `has ${Math.round(chunk.decoded / 2 ** 20)} MiB of column ${JSON.stringify(name)} in row group ${group.index}, which cannot be decoded at once. Leave the column out with columns, write the file with smaller row groups, or query it with DuckDB.`,
      )
    }
  }
  if (predicate === undefined && decoded > totalmem())
    throw tooLarge(
      file.name,
      `takes ${Math.round(decoded / 2 ** 30)} GiB of memory, more than there is. Read less with columns, rows or where.`,
    )
  intact(file.name, () => {
    if (bytes > file.source.size) throw new RangeError('its columns overlap')
  })
}

function checkColumns(columns: readonly string[], available: readonly string[]): void {
  if (columns.length === 0) throw invalid('The option `columns` is empty. Leave it out to read all columns.')
  const known = new Set(available)
  const seen = new Set<string>()
  for (const name of columns) {
    if (seen.has(name)) throw invalid(`The option \`columns\` names ${JSON.stringify(name)} twice.`)
    seen.add(name)
    if (known.has(name)) continue
    const near = nearest(name, available)
    const rest = available.length > near.length ? ` (of ${available.length} columns)` : ''
    const list = near.map(item => JSON.stringify(item)).join(', ')
    throw invalid(`There is no column ${JSON.stringify(name)}. There is: ${list}${rest}.`, near)
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** The embedded Arrow schema has a column that the file has not. */
function lacking(file: string, name: string): never {
  return intact(file, () => {
    throw new RangeError(`it lacks column ${JSON.stringify(name)} of its Arrow schema`)
  })
}

function invalid(message: string, near: readonly string[] = []): DirdictError {
  return new DirdictError('OPTION_INVALID', message, { option: 'columns', dumper: 'dataframe', near })
}
