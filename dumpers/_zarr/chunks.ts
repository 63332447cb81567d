/**
 * Brings the chunks that a selection touches from their files, or from shards, to a sink: several at a time, and no
 * others.
 */
import { constants } from 'node:buffer'
import type { ReadFolder } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import type { AxisSelection, TypedArray } from '../../src/ndarray.js'
import { assertFits } from '../_npy/limits.js'
import { undoAll } from './codecs.js'
import { corrupt } from './exact-json.js'
import { cellsOf, type Span, stridesOf } from './grid.js'
import type { Sharding, ZarrMeta } from './meta.js'
import { eachOf } from './pool.js'
import type { Block } from './scatter.js'
import { openShard } from './shard.js'
import type { Sink } from './sink.js'

/** Chunks that are worked on at a time, and the bytes that these may have together unless one alone has more. */
const AT_ONCE = 4
const TOGETHER: number = 256 * 2 ** 20
/** Chunks of fewer bytes are read whole, which checks their CRC-32 as well. */
const SMALL: number = 2 ** 20

/** What is read. */
export interface Source {
  readonly folder: ReadFolder
  /** The array's directory. */
  readonly root: string
  readonly meta: ZarrMeta
  readonly selections: readonly AxisSelection[]
  /** The memory for the result, where it is to be no new one. */
  readonly out?: TypedArray | undefined
}

/** What is the same for all chunks of one reading. */
interface Reading extends Source {
  readonly sink: Sink
  /** Elements between neighbours of the result, along each axis of the array. */
  readonly steps: readonly number[]
  /** The same in a chunk. */
  readonly strides: readonly number[]
  /** Elements and bytes of one chunk; no bytes where those of its elements differ. */
  readonly count: number
  readonly bytes: number | undefined
}

/** Brings all that is selected to `sink`. */
export async function readChunks(source: Source, steps: readonly number[], sink: Sink): Promise<void> {
  const { meta, selections, folder } = source
  const { shape, order } = meta.chunk
  const count = shape.reduce((product, n) => product * n, 1)
  const bytes = meta.elements.kind === 'fixed' ? count * meta.elements.format.itemsize : undefined
  const reading = { ...source, sink, steps, strides: stridesOf(shape, order), count, bytes }
  const limit = Math.max(1, Math.min(AT_ONCE, Math.floor(TOGETHER / (bytes ?? 1))))
  const files = cellsOf(selections, meta.sharding?.shape ?? shape)
  await eachOf(files, limit, folder.signal, cell => readFile(reading, cell))
}

async function readFile(reading: Reading, cell: readonly Span[]): Promise<void> {
  const { folder, root, meta, sink } = reading
  const file = `${root}/${meta.nameOf(cell.map(({ chunk }) => chunk))}`
  if (!(await folder.has(file))) return sink.fill(fillBlock(reading, cell))
  assertReadable(reading, file)
  if (meta.sharding !== undefined) await readShard(reading, cell, file, meta.sharding)
  else if (meta.chunk.decode.length > 0) await take(reading, cell, await folder.read(file), file)
  else await readStored(reading, cell, file)
}

async function readShard(
  reading: Reading,
  cell: readonly Span[],
  file: string,
  sharding: Sharding,
): Promise<void> {
  const { folder, meta, sink } = reading
  const shard = await openShard(folder, file, meta.chunk.shape, sharding)
  try {
    await eachOf(cellsOf(cell.map(spanAsSelection), meta.chunk.shape), 1, folder.signal, async inner => {
      const bytes = await shard.read(inner.map(({ chunk }) => chunk))
      if (bytes === undefined) sink.fill(fillBlock(reading, inner))
      else await take(reading, inner, bytes, file)
    })
  } finally {
    await shard.close()
  }
}

/** A chunk that no codec has changed; where it may, it is read to its place. */
async function readStored(reading: Reading, cell: readonly Span[], file: string): Promise<void> {
  const { folder, sink, count, bytes } = reading
  const place = bytes !== undefined && bytes >= SMALL ? sink.place(blockOf(reading, cell), count) : undefined
  if (place === undefined) return take(reading, cell, await folder.read(file), file)
  assertLength(await folder.size(file), place.length, file)
  sink.arrived(await folder.read(file, { offset: 0, length: place.length, out: place }))
}

async function take(reading: Reading, cell: readonly Span[], bytes: Uint8Array, file: string): Promise<void> {
  const { meta, sink } = reading
  const decoded = await undoAll(meta.chunk.decode, bytes, reading.bytes, file)
  sink.take(decoded, blockOf(reading, cell), file)
}

/** UNSUPPORTED_FORMAT for a chunk that no memory holds. It is read whole. */
function assertReadable({ bytes, count, meta: { elements } }: Reading, file: string): void {
  if (bytes === undefined || elements.kind === 'object') return
  if (bytes <= constants.MAX_LENGTH) {
    assertFits(elements.format, count, file)
    return
  }
  const message = `'${file}' is a chunk of ${bytes} bytes, which is read whole; this Node.js holds ${constants.MAX_LENGTH} of them in one piece. Store the array with shorter chunks`
  throw new DirdictError('UNSUPPORTED_FORMAT', message, { file })
}

function assertLength(size: number, length: number, file: string): void {
  if (size !== length) throw corrupt(file, `holds ${size} bytes of elements; the metadata ask for ${length}`)
}

function spanAsSelection({ first, step, count, to }: Span): {
  start: number
  step: number
  count: number
  to: number
} {
  return { start: first, step, count, to }
}

function blockOf({ steps, strides }: Reading, cell: readonly Span[]): Block {
  return {
    get: cell.reduce((sum, { first }, axis) => sum + first * strides[axis]!, 0),
    put: putOf(steps, cell),
    walks: cell.map(({ count, step }, axis) => ({ count, get: step * strides[axis]!, put: steps[axis]! })),
  }
}

function fillBlock({ steps }: Reading, cell: readonly Span[]): Block {
  const walks = cell.map(({ count }, axis) => ({ count, get: 0, put: steps[axis]! }))
  return { get: 0, put: putOf(steps, cell), walks }
}

function putOf(steps: readonly number[], cell: readonly Span[]): number {
  return cell.reduce((sum, { to }, axis) => sum + to * steps[axis]!, 0)
}
