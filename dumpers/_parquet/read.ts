/**
 * A Parquet file as an Arrow Table. Only the synchronous reader of parquet-wasm is used: a panic in the asynchronous
 * one (any damaged page) is an uncaught exception that ends the process. Since the synchronous one ignores `columns`,
 * it is given a smaller file, made of the wanted column chunks and a footer that knows of nothing else.
 */
import type { Table } from 'apache-arrow'
import type { ReadFolder } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { type Footer, footerLength, projectFooter, readFooter, TAIL } from './footer.js'

type ParquetWasm = typeof import('parquet-wasm')

const MAGIC = Uint8Array.of(0x50, 0x41, 0x52, 0x31)
/** Rows in a record batch. parquet-wasm's own default of 1024 is slow. */
const BATCH_ROWS = 131072
/** The tail and, for most files, the whole footer. */
const FIRST_READ = 65536

/** CORRUPT_ENTRY where `file` is not a Parquet file; OPTION_INVALID where it lacks one of `columns`. */
export async function readParquet(
  arrow: Arrow,
  wasm: ParquetWasm,
  folder: ReadFolder,
  file: string,
  columns: readonly string[] | undefined,
): Promise<Table> {
  const bytes =
    columns === undefined ? await folder.read(file) : await readColumns(arrow, wasm, folder, file, columns)
  folder.signal?.throwIfAborted()
  return intact(file, () => {
    const footer = readFooter(footerOf(bytes))
    checkNames(file, footer)
    // Copied out of WebAssembly's memory, and the table there is freed.
    const ipc = wasm.readParquet(bytes, { batchSize: BATCH_ROWS }).intoIPCStream()
    const table = arrow.tableFromIPC(ipc)
    if (table.numRows !== footer.rows) {
      throw new RangeError(`its footer promises ${footer.rows} rows and ${table.numRows} are there`)
    }
    return table
  })
}

async function readColumns(
  arrow: Arrow,
  wasm: ParquetWasm,
  folder: ReadFolder,
  file: string,
  columns: readonly string[],
): Promise<Uint8Array> {
  const access = await folder.open(file)
  try {
    const size = access.size
    const first = Math.min(size, FIRST_READ)
    let tail = await access.read({ offset: size - first, length: first })
    const length = intact(file, () => footerLength(tail.subarray(-TAIL), size))
    if (length + TAIL > first)
      tail = await access.read({ offset: size - TAIL - length, length: length + TAIL })
    const encoded = tail.subarray(tail.byteLength - TAIL - length, -TAIL)
    const footer = intact(file, () => readFooter(encoded))
    checkColumns(
      columns,
      footer.columns.map(column => column.name),
    )
    const plan = intact(file, () => {
      const plan = projectFooter(footer, columns, () => projectArrowSchema(arrow, wasm, encoded, columns))
      for (const { from, length } of plan.moves) {
        if (from + length > size) throw new RangeError('a column lies outside of the file')
      }
      if (plan.end > size) throw new RangeError('its columns overlap')
      return plan
    })
    const out = fileWith(plan.footer, plan.end)
    for (const { from, to, length } of plan.moves) {
      folder.signal?.throwIfAborted()
      await access.read({ offset: from, length, out: out.subarray(to, to + length) })
    }
    return out
  } finally {
    await access.close()
  }
}

/** A Parquet file with `footer` at `end`, and room for the pages before it. */
function fileWith(footer: Uint8Array, end: number): Uint8Array {
  const out = new Uint8Array(end + footer.byteLength + TAIL)
  out.set(MAGIC, 0)
  out.set(footer, end)
  new DataView(out.buffer).setUint32(out.byteLength - TAIL, footer.byteLength, true)
  out.set(MAGIC, out.byteLength - MAGIC.byteLength)
  return out
}

function footerOf(bytes: Uint8Array): Uint8Array {
  const length = footerLength(bytes.subarray(-TAIL), bytes.byteLength)
  return bytes.subarray(bytes.byteLength - TAIL - length, bytes.byteLength - TAIL)
}

/**
 * The choice out of the schema that Arrow's writers keep in the footer, in base64. It must name the same columns as
 * the footer. It is parquet-wasm that reads it: apache-arrow trusts it, and a damaged one fills the memory.
 */
function projectArrowSchema(
  arrow: Arrow,
  wasm: ParquetWasm,
  footer: Uint8Array,
  columns: readonly string[],
): string {
  const ipc = wasm.readSchema(fileWith(footer, MAGIC.byteLength)).intoIPCStream()
  // Not `tableFromIPC`: an empty batch of thousands of columns takes a tenth of a second.
  const { schema } = arrow.RecordBatchReader.from(ipc).open()
  const fields = columns.map(name => {
    const field = schema.fields.find(field => field.name === name)
    if (field === undefined) throw new RangeError(`its Arrow schema lacks column ${JSON.stringify(name)}`)
    return field
  })
  const chosen = new arrow.Table(new arrow.Schema(fields, schema.metadata))
  return Buffer.from(arrow.tableToIPC(chosen, 'stream')).toString('base64')
}

function checkColumns(columns: readonly string[], available: readonly string[]): void {
  if (columns.length === 0) throw invalid('The option `columns` is empty. Leave it out to read all columns.')
  for (const [i, name] of columns.entries()) {
    if (columns.indexOf(name) !== i)
      throw invalid(`The option \`columns\` names ${JSON.stringify(name)} twice.`)
    if (available.includes(name)) continue
    const near = nearest(name, available)
    const rest = available.length > near.length ? ` (of ${available.length} columns)` : ''
    throw invalid(
      `There is no column ${JSON.stringify(name)}. There is: ${near.map(item => JSON.stringify(item)).join(', ')}${rest}.`,
      near,
    )
  }
}

/** At most ten names, those first that look like the one that was asked for. */
function nearest(name: string, available: readonly string[]): string[] {
  const wanted = name.toLowerCase()
  const alike = available.filter(item => {
    const other = item.toLowerCase()
    return (
      other.includes(wanted) ||
      (other !== '' && wanted.includes(other)) ||
      other.slice(0, 3) === wanted.slice(0, 3)
    )
  })
  return [...new Set([...alike, ...available])].slice(0, 10)
}

/** apache-arrow would give both columns the values of the last. */
function checkNames(file: string, { columns }: Footer): void {
  const names = new Set(columns.map(column => column.name))
  if (names.size === columns.length) return
  throw new DirdictError(
    'UNSUPPORTED_FORMAT',
    `${file} has two columns of one name, which Arrow cannot tell apart.`,
    {
      file,
    },
  )
}

/** Whatever parsing throws, panics of WebAssembly among it, means that the file is not what was written. */
function intact<T>(file: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    if (cause instanceof DirdictError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new DirdictError('CORRUPT_ENTRY', `${file} is not an intact Parquet file: ${why}.`, { file, cause })
  }
}

function invalid(message: string, near: readonly string[] = []): DirdictError {
  return new DirdictError('OPTION_INVALID', message, { option: 'columns', dumper: 'dataframe', near })
}
