/**
 * Tables as CSV, which everything reads, with a Table Schema beside the text, so that types and nulls come back as they
 * were; and the text of a CSV file as it is, byte for byte.
 */
import { constants } from 'node:buffer'
import type { Table } from 'apache-arrow'
import type { Dumper, ReadFolder, WriteFolder } from '../src/dumper.js'
import { DirdictError } from '../src/errors.js'
import { isTableInput, type TableInput, toTable } from './_arrow/table.js'
import { checkText } from './_csv/check.js'
import { describeTable } from './_csv/describe.js'
import { checkDelimiter, checkTypes, invalid, selectColumns, selectRows } from './_csv/options.js'
import { readTable } from './_csv/read.js'
import { openRecords, type Papa } from './_csv/records.js'
import { FILE, refuseGiven, refuseStored } from './_csv/refusal.js'
import { detectDelimiter } from './_csv/scan.js'
import { DELIMITERS, describeSchema, readSchema } from './_csv/schema.js'
import type { CsvType } from './_csv/types.js'
import { csvText } from './_csv/write.js'
import { importPackage, PACKAGE_RANGES } from './_packages.js'

export type { CsvType } from './_csv/types.js'

/** What `csv` stores: a table as `dataframe` takes it, or the text of a CSV file. */
export type CsvInput = TableInput | string | Uint8Array

/** Options of `set` with `csv`. */
export interface CsvSetOptions {
  /**
   * For the text of a CSV file: the types of columns, instead of those that would be inferred.
   * @default inferred from every field of the column
   */
  readonly types?: Readonly<Record<string, CsvType>>
  /**
   * What separates the fields.
   * @default a comma for tables; for text whichever occurs most often in its header
   */
  readonly delimiter?: ',' | ';' | '\t' | '|'
}

/** Options of `get` with `csv`. */
export interface CsvGetOptions {
  /** Read only these columns, in this order. @default all */
  readonly columns?: readonly string[]
  /**
   * Read only rows `[start, stop)`, as `a[start:stop]` in Python: negative numbers count from the end, what lies
   * outside is left out. @default all
   */
  readonly rows?: readonly [start: number, stop: number]
  /** Read these columns as other types than the stored ones. @default the stored types */
  readonly types?: Readonly<Record<string, CsvType>>
}

const SCHEMA = 'schema.json'
/** Characters of a text in which its delimiter is looked for. */
const HEADER = 2 ** 20

/**
 * Stores a table as `value.csv` and `schema.json`, or the text of a CSV file (a string or its bytes) as it is. Gives an
 * Arrow Table: of a table, with the same types and values; of a text, with the types that were given, or those that hold
 * all of the column without loss: bool, int64, uint64, float64, date32, timestamp (ISO 8601 only), else utf8. Names
 * like `007` and integers that no type holds stay utf8, the empty field is null, a column of nothing else has type null.
 *
 * Text is UTF-8, with any line ends. In tables lines end in LF, null is the empty field (a word such as `NA` where the
 * column has empty texts too, or is the only one), and every float has the fewest digits that read back as the same one.
 * Lists, structs and bytes are for `dataframe` and `arrow`. NaN is one value, whatever its bits.
 *
 * pandas has the same types from `pd.read_csv(file, float_precision='round_trip', parse_dates=[…])`; it needs
 * `dtype=str` for texts that look like numbers, and `keep_default_na=False` with the `missingValues` of schema.json as
 * `na_values` where texts such as `NA` are no nulls. A record may have 16,777,216 characters, a table 32,768 columns;
 * `get` holds the text and the columns in memory.
 *
 * Errors: VALUE_REJECTED for a table that CSV cannot hold, and, with line and column, for a text that is not
 * well-formed or does not fit `types`; OPTION_INVALID for an unknown column, type or delimiter and for `types` of `get`
 * that the file does not fit; CORRUPT_ENTRY for damaged files; UNSUPPORTED_FORMAT for files over 4 GiB;
 * MISSING_PACKAGE where apache-arrow or papaparse is not installed.
 *
 * Formats: https://www.rfc-editor.org/rfc/rfc4180 and https://datapackage.org/standard/table-schema/
 *
 * @example
 * ```ts
 * import { csv, DataBase } from 'dirdict'
 *
 * const db = await DataBase.open('study')
 * await db.set('cells', 'id,rate,seen\n007,0.5,2026-11-21\n008,,2026-11-22\n', csv)
 * const rates = await db.get('cells', csv, { columns: ['rate'], rows: [0, 1] })
 * console.log(rates.getChild('rate')?.toArray())
 * ```
 */
export const csv: Dumper<CsvInput, Table, CsvSetOptions, CsvGetOptions> = {
  name: 'csv',
  requires: {
    'apache-arrow': PACKAGE_RANGES['apache-arrow'],
    papaparse: PACKAGE_RANGES.papaparse,
  },
  setOptions: ['types', 'delimiter'],
  getOptions: ['columns', 'rows', 'types'],

  check(value) {
    return typeof value === 'string' || value instanceof Uint8Array || isTableInput(value)
  },

  async dump(value, folder, options) {
    if (typeof value === 'string') return dumpText(encoded(value), folder, options)
    if (value instanceof Uint8Array) return dumpText(value, folder, options)
    return dumpTable(value, folder, options)
  },

  async load(folder, args, options) {
    const types = checkTypes(options.types)
    const all = args.rows
    if (typeof all !== 'number') {
      throw new DirdictError('CORRUPT_ENTRY', `dirdict.json does not say how many rows ${FILE} has.`, {
        file: FILE,
      })
    }
    const schema = readSchema(await folder.readJson<unknown>(SCHEMA), SCHEMA)
    const wanted = selectColumns(options.columns, types, schema.fields)
    const rows = selectRows(options.rows, all)
    const arrow = await importPackage('apache-arrow', () => import('apache-arrow'))
    const papa = await importPapa()
    const bytes = await readWhole(folder)
    const records = await openRecords(papa, bytes, schema.delimiter, refuseStored, folder.signal)
    return readTable(arrow, records, schema, wanted, rows, all, refuseStored)
  },
}

async function dumpTable(
  value: TableInput,
  folder: WriteFolder,
  { types, delimiter }: CsvSetOptions,
): Promise<{ rows: number }> {
  if (types !== undefined) {
    throw invalid(
      'types',
      'is for the text of a CSV file; a table says its types itself, as Arrow Vectors do',
    )
  }
  const separator = checkDelimiter(delimiter) ?? ','
  const arrow = await importPackage('apache-arrow', () => import('apache-arrow'))
  const table = await toTable(arrow, value)
  const schema = await describeTable(arrow, table, separator)
  await folder.write(FILE, csvText(table, schema, folder.signal))
  await folder.writeJson(SCHEMA, describeSchema(schema))
  return { rows: table.numRows }
}

async function dumpText(
  bytes: Uint8Array,
  folder: WriteFolder,
  options: CsvSetOptions,
): Promise<{ rows: number }> {
  const types = checkTypes(options.types)
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, HEADER))
  const delimiter = checkDelimiter(options.delimiter) ?? detectDelimiter(start.toString('latin1'), DELIMITERS)
  const arrow = await importPackage('apache-arrow', () => import('apache-arrow'))
  const papa = await importPapa()
  const records = await openRecords(papa, bytes, delimiter, refuseGiven, folder.signal)
  const { schema, rows } = await checkText(arrow, records, delimiter, types, refuseGiven)
  await folder.write(FILE, bytes)
  await folder.writeJson(SCHEMA, describeSchema(schema))
  return { rows }
}

/** A CommonJS module: what it exports is the default export. */
async function importPapa(): Promise<Papa> {
  return (await importPackage('papaparse', () => import('papaparse'))).default
}

/** Whole, so that it is checked against its CRC-32; the text is needed anyway, the columns are about as large. */
async function readWhole(folder: ReadFolder): Promise<Uint8Array> {
  const size = await folder.size(FILE)
  if (size <= constants.MAX_LENGTH) return folder.read(FILE)
  throw new DirdictError(
    'UNSUPPORTED_FORMAT',
    `${FILE} has ${size} bytes; up to ${constants.MAX_LENGTH} are read at once. Read the file in db.path(key) with DuckDB.`,
    { file: FILE, dumper: 'csv' },
  )
}

function encoded(text: string): Uint8Array {
  if (/\p{Surrogate}/u.test(text)) {
    throw refuseGiven(' has half a surrogate pair, which UTF-8 has no form for')
  }
  return Buffer.from(text, 'utf8')
}
