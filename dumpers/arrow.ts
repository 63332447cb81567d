/**
 * Tables as files of Arrow's own format, which pyarrow, polars, DuckDB and others map into memory as they are: nothing is
 * encoded, so that reading costs no more than the bytes. `dataframe` takes less room.
 */
import { totalmem } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Table } from 'apache-arrow'
import type { Dumper, LoaderArguments, NoOptions, RandomAccess, ReadFolder } from '../src/dumper.js'
import { DirdictError } from '../src/errors.js'
import { columnIndices } from './_arrow/columns.js'
import { unifyInSteps } from './_arrow/dictionaries.js'
import type { Arrow } from './_arrow/rebuild.js'
import { AllTypesRebuilder } from './_arrow/rebuild-all.js'
import { tableRows } from './_arrow/rows.js'
import { isTableInput, type TableInput, toTable } from './_arrow/table.js'
import { MOST_ROWS } from './_arrow/validate.js'
import { compileWhere, type Where } from './_arrow/where.js'
import { damaged, refused, tooLarge } from './_ipc/damage.js'
import { type Footer, readFooter } from './_ipc/footer.js'
import { FILE } from './_ipc/format.js'
import { IpcReader } from './_ipc/read.js'
import { IpcFile } from './_ipc/write.js'
import { inMemory } from './_npy/in-memory.js'
import { importPackage, PACKAGE_RANGES } from './_packages.js'

/** Options of `get` with `arrow`. Together they read the rows that all of them leave. */
export interface ArrowGetOptions {
  /** Read only these columns, in this order. @default all */
  readonly columns?: readonly string[]
  /**
   * Read only rows `[start, stop)`, as they are stored; negative numbers count from the end, what lies outside is left
   * out. Batches without any of them are not read.
   * @default all
   */
  readonly rows?: readonly [start: number, stop: number]
  /**
   * Read only rows for which this holds, by columns that need not be among `columns`.
   * @default all
   */
  readonly where?: Where
}

/** Smaller files are read whole, which checks their CRC-32 as well. */
const SMALL = 2 ** 20
/** Larger ones are read batch by batch, of which each is checked: not every runtime has a buffer that holds them. */
const LARGEST = 2 ** 31
/** Milliseconds after which the event loop gets its turn. */
const TURN = 20

/**
 * Stores a table: an Apache Arrow Table of any copy of the package, `[name, column]` pairs, or row objects, in record
 * batches of 8 to 16 MiB and without compression. Gives an Arrow Table with the same types, values and metadata, whose
 * columns are views of the memory that the file was read into. Parts of it are checked as the whole is: the footer holds
 * a CRC-32 of every column of every batch.
 *
 * Throws VALUE_REJECTED for a table without columns, two columns of one name, columns of different length, a column of
 * mixed types, or buffers that do not hold what they should; OPTION_INVALID for an unknown column, impossible rows or a
 * condition that a type does not have; CORRUPT_ENTRY for a damaged file; UNSUPPORTED_FORMAT for a compressed or big-endian
 * file, types that apache-arrow lacks, and more rows or bytes than fit into memory; MISSING_PACKAGE where apache-arrow is
 * not installed.
 *
 * Format: https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format
 *
 * @example
 * ```ts
 * import { arrow, DataBase } from 'dirdict'
 *
 * const db = await DataBase.open('study')
 * await db.set('spikes', [['time', new Float64Array([0.1, 0.4])], ['cell', ['L5tt', 'L4ss']]], arrow)
 * const first = await db.get('spikes', arrow, { columns: ['time'], rows: [0, 1] })
 * console.log(first.numRows)
 * ```
 */
export const arrow: Dumper<TableInput, Table, NoOptions, ArrowGetOptions> = {
  name: 'arrow',
  requires: { 'apache-arrow': PACKAGE_RANGES['apache-arrow'] },
  setOptions: [],
  getOptions: ['columns', 'rows', 'where'],

  check: isTableInput,

  async dump(value, folder) {
    const apache = await importPackage('apache-arrow', () => import('apache-arrow'))
    // Loading the package takes a while, and so does a table of many batches: others have their turn in between.
    await nextTurn()
    const taken = await toTable(apache, value, new AllTypesRebuilder(apache))
    await nextTurn()
    const table = await unified(apache, taken, folder.signal)
    if (table.numRows > MOST_ROWS) {
      throw new DirdictError(
        'VALUE_REJECTED',
        `The table has ${table.numRows} rows; ${MOST_ROWS} can be read again. Store it under several keys.`,
        { dumper: 'arrow' },
      )
    }
    const file = new IpcFile(apache, table)
    await folder.write(FILE, writable(file, folder.signal))
    return { rows: table.numRows, footer: file.footerSum }
  },

  async load(folder, args, options) {
    const apache = await importPackage('apache-arrow', () => import('apache-arrow'))
    const isWhole = Object.values(options).every(option => option === undefined)
    const size = await folder.size(FILE)
    if (isWhole && size > totalmem()) throw tooLarge(`its ${size} bytes`)
    const atOnce = size <= (isWhole ? LARGEST : SMALL)
    try {
      const file = atOnce ? inMemory(await folder.read(FILE)) : await folder.open(FILE)
      try {
        const footer = await readFooter(apache, file, numberOf(args, 'footer'))
        // A file that was read whole has been checked whole.
        const checked = atOnce ? { ...footer, sums: undefined } : footer
        return await readTable(apache, file, checked, numberOf(args, 'rows'), options, folder)
      } finally {
        await file.close()
      }
    } catch (error) {
      throw damaged(error, folder.signal)
    }
  },
}

async function readTable(
  apache: Arrow,
  file: RandomAccess,
  footer: Footer,
  written: number | undefined,
  options: ArrowGetOptions,
  folder: ReadFolder,
): Promise<Table> {
  const { fields } = footer.schema
  const columns = columnIndices(
    options.columns,
    fields.map(field => field.name),
    'arrow',
  )
  const predicate = options.where === undefined ? undefined : compileWhere(apache, options.where, fields)
  const reader = new IpcReader(apache, file, footer, folder.signal)
  const starts = await reader.starts()
  const total = starts.at(-1) ?? 0
  if (written !== undefined && total !== written) {
    throw new RangeError(`it has ${total} rows; ${written} were written`)
  }
  const rows = tableRows(options.rows, total, 'arrow')
  return reader.table({ columns, rows, starts, predicate })
}

/** One dictionary for each column: a file has no place for more. */
async function unified(apache: Arrow, table: Table, signal: AbortSignal | undefined): Promise<Table> {
  const steps = unifyInSteps(apache, table)
  let since = performance.now()
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    if (performance.now() - since < TURN) continue
    await nextTurn()
    signal?.throwIfAborted()
    since = performance.now()
  }
}

async function* writable(file: IpcFile, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* file.bytes(signal)
  } catch (error) {
    throw refused(error, signal)
  }
}

/** A member of the loader arguments; entries of other programs have none. */
function numberOf(args: LoaderArguments, name: string): number | undefined {
  const value = args[name]
  return typeof value === 'number' ? value : undefined
}
