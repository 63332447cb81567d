/**
 * What pandas wants to know of a table: the `pandas` member of the schema's metadata, and ISF's `object_meta.json`.
 * A table that was read from a frame keeps its index and the types of its labels; what no longer holds is left out.
 * Format: https://pandas.pydata.org/docs/development/developer.html#storing-pandas-dataframe-objects-in-apache-parquet-format
 */
import type { DataType, Field, Table } from 'apache-arrow'
import type { Arrow } from '../_arrow/rebuild.js'

/** Where the numpy type of a label is kept in a field's metadata, where the label is not a string in pandas. */
const LABEL_DTYPE = 'dirdict.label_dtype'

/** `object_meta.json`, as ISF's loaders read it. */
export interface ObjectMeta {
  readonly columns: readonly string[]
  readonly column_name_dtypes: readonly string[]
  readonly index_dtype: string
  readonly dtypes: readonly string[]
  readonly index_name?: string
  readonly index_name_dtype?: string
}

interface ColumnEntry {
  readonly name: string | null
  readonly field_name: string
  readonly pandas_type: string
  readonly numpy_type: string
  readonly metadata: Readonly<Record<string, unknown>> | null
}

interface RangeEntry {
  readonly kind: 'range'
  readonly name: string | number | null
  readonly start: number
  readonly stop: number
  readonly step: number
}

/** The two records for `table`, whose own metadata may hold an older `pandas`. */
export function describe(arrow: Arrow, table: Table): { pandas: string; objectMeta: ObjectMeta } {
  const old = parsed(table.schema.metadata.get('pandas'))
  const fields: readonly Field[] = table.schema.fields
  const known = new Map(old.columns.map(entry => [entry.field_name, entry]))
  const columns = fields.map((field, i) =>
    columnEntry(arrow, field, nullsOf(table, i), known.get(field.name)),
  )
  const index = indexNames(table.schema.metadata.get('pandas'), fields)
  const pandas = {
    index_columns: index.length > 0 ? index : [rangeFor(old.index, table.numRows)],
    column_indexes: old.columnIndexes ?? [
      {
        name: null,
        field_name: null,
        pandas_type: 'unicode',
        numpy_type: 'object',
        metadata: { encoding: 'UTF-8' },
      },
    ],
    columns,
    creator: { library: 'dirdict', version: '1' },
    pandas_version: '1.5.3',
  }
  return { pandas: JSON.stringify(pandas), objectMeta: objectMeta(fields, columns, index) }
}

/** The note `pandas` with another index: columns by name, or a range of numbers. */
export function withIndex(pandas: string | undefined, index: string | RangeEntry): string {
  const { columns, columnIndexes } = parsed(pandas)
  return JSON.stringify({ index_columns: [index], columns, column_indexes: columnIndexes })
}

/** Rows that are numbered from `start` on. */
export function rangeEntry(start: number, stop: number): RangeEntry {
  return { kind: 'range', name: null, start, stop, step: 1 }
}

/** The columns of `fields` that are the index in pandas. */
export function indexNames(pandas: string | undefined, fields: readonly Field[]): string[] {
  const names = new Set<unknown>(fields.map(field => field.name))
  return parsed(pandas).index.filter((item): item is string => typeof item === 'string' && names.has(item))
}

/** The column of `fields` that alone is the index in pandas. */
export function indexColumn(pandas: string | undefined, fields: readonly Field[]): string | undefined {
  const [name, ...more] = indexNames(pandas, fields)
  return more.length === 0 ? name : undefined
}

/** The fields' metadata with the labels' types of `meta`, where they are not strings. */
export function labelled(arrow: Arrow, fields: readonly Field[], meta: ObjectMeta): Field[] {
  const types = new Map(meta.columns.map((name, i) => [name, meta.column_name_dtypes[i]]))
  if (meta.index_name !== undefined) types.set(meta.index_name, meta.index_name_dtype)
  return fields.map(field => {
    const dtype = types.get(field.name)
    if (dtype === undefined || dtype.startsWith('<U')) return field
    const metadata = new Map(field.metadata).set(LABEL_DTYPE, dtype)
    return new arrow.Field(field.name, field.type, field.nullable, metadata)
  })
}

/** What holds for two parts of a frame: where only one has nulls, its type is that of both. */
export function joinedMeta(a: ObjectMeta, b: ObjectMeta): ObjectMeta {
  const dtypes = a.dtypes.map((dtype, i) => {
    const other = b.dtypes[i] ?? dtype
    return dtype === other || dtype === 'object' || (dtype === 'float64' && other !== 'object')
      ? dtype
      : other
  })
  return { ...a, dtypes }
}

export function isObjectMeta(value: unknown): value is ObjectMeta {
  if (typeof value !== 'object' || value === null) return false
  if (!('columns' in value && 'column_name_dtypes' in value)) return false
  return areStrings(value.columns) && areStrings(value.column_name_dtypes)
}

function objectMeta(
  fields: readonly Field[],
  columns: readonly ColumnEntry[],
  index: readonly string[],
): ObjectMeta {
  const isIndex = columns.map(column => index.includes(column.field_name))
  const label = (i: number, name = fields[i]!.name): string =>
    fields[i]!.metadata.get(LABEL_DTYPE) ?? stringDtype(name)
  const shown = columns.flatMap((_, i) => (isIndex[i] ? [] : [i]))
  const only = index.length === 1 ? isIndex.indexOf(true) : -1
  const entry = columns[only]
  return {
    columns: shown.map(i => fields[i]!.name),
    column_name_dtypes: shown.map(i => label(i)),
    index_dtype: index.length === 0 ? 'int64' : entry === undefined ? 'object' : dtype(entry),
    dtypes: shown.map(i => dtype(columns[i]!)),
    ...(entry?.name == null ? {} : { index_name: entry.name, index_name_dtype: label(only, entry.name) }),
  }
}

function columnEntry(arrow: Arrow, field: Field, nulls: number, known?: ColumnEntry): ColumnEntry {
  const [pandasType, numpyType, metadata] = pandasTypes(arrow, field.type, nulls > 0)
  const name = known === undefined ? field.name : known.name
  const entry = { name, field_name: field.name, pandas_type: pandasType, numpy_type: numpyType, metadata }
  return known !== undefined && isOfSameType(known, entry) ? known : entry
}

/** The storage alone does not tell categories from integers, nor instants from times without a zone. */
function isOfSameType(a: ColumnEntry, b: ColumnEntry): boolean {
  if (a.metadata?.timezone !== b.metadata?.timezone) return false
  if (a.pandas_type === b.pandas_type) return true
  return a.numpy_type === b.numpy_type && ![a.pandas_type, b.pandas_type].includes('categorical')
}

/** pandas' and numpy's name for an Arrow type. Without nullable types, nulls make floats of integers. */
function pandasTypes(
  arrow: Arrow,
  type: DataType,
  nulls: boolean,
): [string, string, ColumnEntry['metadata']] {
  const { DataType } = arrow
  if (DataType.isBool(type)) return ['bool', nulls ? 'object' : 'bool', null]
  if (DataType.isInt(type)) {
    const name = `${type.isSigned ? 'int' : 'uint'}${type.bitWidth}`
    return [name, nulls ? 'float64' : name, null]
  }
  if (DataType.isFloat(type)) {
    const name = `float${16 << type.precision}`
    return [name, name, null]
  }
  if (DataType.isTimestamp(type)) {
    const numpy = `datetime64[${UNITS[type.unit]}]`
    const zone = type.timezone
    return zone ? ['datetimetz', numpy, { timezone: zone }] : ['datetime', numpy, null]
  }
  if (DataType.isDuration(type)) return ['timedelta', `timedelta64[${UNITS[type.unit]}]`, null]
  if (DataType.isDictionary(type)) {
    return ['categorical', `int${type.indices.bitWidth}`, { num_categories: null, ordered: type.isOrdered }]
  }
  if (DataType.isDecimal(type)) return ['decimal', 'object', { precision: type.precision, scale: type.scale }]
  if (DataType.isList(type)) return [`list[${pandasTypes(arrow, type.valueType, false)[0]}]`, 'object', null]
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type))
    return ['unicode', 'object', null]
  if (DataType.isBinary(type) || DataType.isLargeBinary(type)) return ['bytes', 'object', null]
  if (DataType.isDate(type)) return ['date', 'object', null]
  if (DataType.isTime(type)) return ['time', 'object', null]
  if (DataType.isNull(type)) return ['empty', 'object', null]
  return ['object', 'object', null]
}

const UNITS: readonly string[] = ['s', 'ms', 'us', 'ns']

/** The dtype of the column in a DataFrame, where the entry names that of its storage. */
function dtype(entry: ColumnEntry): string {
  if (entry.pandas_type === 'categorical') return 'category'
  const zone = entry.metadata?.timezone
  return typeof zone === 'string' ? entry.numpy_type.replace(/\]$/, `, ${zone}]`) : entry.numpy_type
}

function rangeFor(old: readonly unknown[], rows: number): RangeEntry {
  const known = old.find(isRange)
  if (known !== undefined && Math.max(0, Math.ceil((known.stop - known.start) / known.step)) === rows)
    return known
  return rangeEntry(0, rows)
}

function parsed(text: string | undefined): {
  index: readonly unknown[]
  columns: readonly ColumnEntry[]
  columnIndexes: readonly unknown[] | undefined
} {
  const value = text === undefined ? undefined : parseJson(text)
  const member = (name: string): readonly unknown[] | undefined => {
    const found = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
    return Array.isArray(found) ? found : undefined
  }
  const columns = (member('columns') ?? []).filter(isColumnEntry)
  return { index: member('index_columns') ?? [], columns, columnIndexes: member('column_indexes') }
}

/** A broken record of another program does not make the table unreadable. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isColumnEntry(value: unknown): value is ColumnEntry {
  if (typeof value !== 'object' || value === null) return false
  if (!('field_name' in value && 'pandas_type' in value && 'numpy_type' in value && 'name' in value))
    return false
  return areStrings([value.field_name, value.pandas_type, value.numpy_type])
}

function isRange(value: unknown): value is RangeEntry {
  if (typeof value !== 'object' || value === null) return false
  return 'kind' in value && value.kind === 'range' && 'start' in value && 'stop' in value && 'step' in value
}

function nullsOf(table: Table, column: number): number {
  return table.batches.reduce((nulls, batch) => nulls + batch.data.children[column]!.nullCount, 0)
}

/** numpy's type of a string counts code points. */
function stringDtype(text: string): string {
  return `<U${Math.max(1, [...text].length)}`
}

function areStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string')
}
