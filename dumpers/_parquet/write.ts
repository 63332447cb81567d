/**
 * An Arrow Table into a Parquet file, piece by piece. Small tables are encoded in the calling thread, which is sooner
 * done than a worker is started; larger ones in workers, so that the event loop goes on. Same table, same bytes.
 */
import type { Table } from 'apache-arrow'
import type { WriteFolder } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { toStream } from '../_arrow/stream.js'
import { Turns } from '../_turns.js'
import { batchParts, batchStarts, tablePart } from './batch-parts.js'
import { CodecError, type ParquetWasm } from './codec.js'
import { inOrder } from './in-order.js'
import { planPieces, type WritePiece } from './plan.js'
import { ARROW_SCHEMA } from './project.js'
import { type Runner, runnerFor } from './runner.js'
import type { WriteSettings } from './settings.js'
import { Stitcher } from './stitch.js'
import { SUMS } from './sums.js'

/**
 * From here on the set-up of zstd for each column takes ten times as long as all the rest, and dictionaries of
 * measured floats, which hardly repeat, most of the time and memory.
 */
const WIDE = 1000
/** Row groups are numbered in 16 bits. */
const MOST_GROUPS = 2 ** 15 - 1
/** Column chunks of all row groups: the footer describes each in some two hundred bytes. */
const MOST_CHUNKS = 2 ** 22
/** Up to here pages and footer become one write. */
const JOINED = 256 * 1024

/** Gives the CRC-32 of the footer. VALUE_REJECTED for what Parquet cannot hold; OPTION_INVALID for tiny row groups. */
export async function writeParquet(
  arrow: Arrow,
  wasm: ParquetWasm,
  table: Table,
  settings: WriteSettings,
  folder: WriteFolder,
  file: string,
): Promise<number> {
  checkGroups(table, settings.rowGroupSize)
  const plan = planPieces(arrow, table, settings.rowGroupSize)
  const runner = runnerFor(wasm, plan.raw, folder.signal)
  const encode = encoder(arrow, table, settings, runner)
  const stitcher = new Stitcher()
  const notes = notesOf(table)
  if (plan.pieces.length === 1) {
    const pages = stitcher.add(await encode(plan.pieces[0]!))
    const end = stitcher.end(notes)
    const all = [pages, end.bytes]
    await folder.write(file, pages.byteLength <= JOINED ? Buffer.concat(all) : all)
    return end.crc32
  }
  let footer = 0
  await folder.write(file, stitched())
  return footer

  async function* stitched(): AsyncGenerator<Uint8Array> {
    for await (const bytes of inOrder(plan.pieces, runner.atOnce, encode)) yield stitcher.add(bytes)
    const end = stitcher.end(notes)
    footer = end.crc32
    yield end.bytes
  }
}

/** OPTION_INVALID where other programs, and this one, would refuse the file for its number of row groups. */
function checkGroups({ numRows, numCols }: Table, rowGroupSize: number): void {
  const most = Math.min(MOST_GROUPS, Math.floor(MOST_CHUNKS / numCols))
  const groups = Math.ceil(numRows / rowGroupSize)
  if (groups <= most) return
  throw new DirdictError(
    'OPTION_INVALID',
    `With rowGroupSize ${rowGroupSize} the table has ${groups} row groups; with its number of columns ${most} are possible. Use ${Math.ceil(numRows / most)} or more.`,
    { option: 'rowGroupSize', dumper: 'dataframe' },
  )
}

/** Encodes a piece as a Parquet file of its own. */
function encoder(
  arrow: Arrow,
  table: Table,
  { compression, rowGroupSize }: WriteSettings,
  runner: Runner,
): (piece: WritePiece) => Promise<Uint8Array> {
  const { fields, dictionaries: values } = table.schema
  const bare = new arrow.Schema(fields, new Map(), values)
  // The Arrow schema of the first piece is that of the file, and pyarrow looks for pandas' notes in it.
  const noted = new arrow.Schema(fields, notesOf(table), values)
  const starts = batchStarts(table)
  const wide = table.numCols > WIDE
  const dictionaries = table.schema.fields
    .filter(field => !arrow.DataType.isFloat(field.type))
    .map(field => field.name)
  const shared = {
    compression: compression ?? (wide ? 'snappy' : 'zstd'),
    ...(wide ? { dictionaries } : {}),
  }
  const turns = new Turns()
  return async piece => {
    const pause = turns.pause()
    if (pause !== undefined) await pause
    const parts = batchParts(table, starts, piece.start, piece.stop)
    const part = tablePart(arrow, piece.start === 0 ? noted : bare, parts)
    const bytes = await toStream(arrow, part, turns)
    const settings = { ...shared, rowGroupSize: Math.min(piece.rowGroupSize, rowGroupSize) }
    try {
      return await runner.run({ kind: 'encode', bytes, settings })
    } catch (error) {
      throw error instanceof CodecError ? rejected(error) : error
    }
  }
}

/** The schema's notes. They are said twice, as pyarrow does: in the embedded Arrow schema, and beside it for others. */
function notesOf({ schema }: Table): Map<string, string> {
  const notes = new Map(schema.metadata)
  // Those that a footer has of itself.
  notes.delete(SUMS)
  notes.delete(ARROW_SCHEMA)
  return notes
}

/** parquet-wasm names the type that it cannot write; when memory runs out it panics. */
function rejected(cause: CodecError): DirdictError {
  const why = cause.panic
    ? `the encoder gave up (${cause.message}); if its rows are large, store it in parts`
    : cause.message
  return new DirdictError('VALUE_REJECTED', `The table cannot be written as Parquet: ${why}.`, {
    dumper: 'dataframe',
    cause,
  })
}
