/**
 * Shards of version 3: files that hold many chunks, and an index that says where each lies.
 * https://zarr-specs.readthedocs.io/en/latest/v3/codecs/sharding-indexed/index.html
 */
import type { RandomAccess, ReadFolder } from '../../src/dumper.js'
import { assertFits } from '../_npy/limits.js'
import { crc32c } from './crc32c.js'
import { corrupt } from './exact-json.js'
import type { Sharding } from './meta.js'

/** Bytes of the two numbers that say where a chunk lies. */
const PLACE = 16
/** Both numbers of a chunk that was never written. */
const ABSENT = 2n ** 64n - 1n
const places = { dtype: 'uint64', itemsize: PLACE, word: 8, swapped: false } as const

/** The chunks in one file. */
export interface Shard {
  /** The bytes of the chunk at this place within the shard; undefined where it was never written. */
  read(place: readonly number[]): Promise<Uint8Array | undefined>
  close(): Promise<void>
}

/** Opens the shard in `file`, whose chunks have the shape `chunk`. */
export async function openShard(
  folder: ReadFolder,
  file: string,
  chunk: readonly number[],
  sharding: Sharding,
): Promise<Shard> {
  const grid = sharding.shape.map((length, axis) => length / chunk[axis]!)
  const source = await folder.open(file)
  try {
    const index = await readIndex(
      source,
      grid.reduce((product, n) => product * n, 1),
      sharding,
      file,
    )
    return {
      read: place => readChunk(source, index, numberOf(place, grid), file),
      close: () => source.close(),
    }
  } catch (error) {
    await source.close()
    throw error
  }
}

async function readIndex(
  source: RandomAccess,
  count: number,
  { indexAtEnd, indexChecked }: Sharding,
  file: string,
): Promise<DataView> {
  const bytes = count * PLACE
  const length = bytes + (indexChecked ? 4 : 0)
  if (length > source.size) throw corrupt(file, `has ${source.size} bytes; its index alone has ${length}`)
  assertFits(places, count, file)
  const index = await source.read({ offset: indexAtEnd ? source.size - length : 0, length })
  const view = new DataView(index.buffer, index.byteOffset, length)
  if (indexChecked && crc32c(index.subarray(0, bytes)) !== view.getUint32(bytes, true)) {
    throw corrupt(file, 'is damaged: the checksum of its index differs')
  }
  return view
}

async function readChunk(
  source: RandomAccess,
  index: DataView,
  number: number,
  file: string,
): Promise<Uint8Array | undefined> {
  const [offset, length] = [0, 8].map(at => index.getBigUint64(number * PLACE + at, true)) as [bigint, bigint]
  if (offset === ABSENT && length === ABSENT) return undefined
  if (offset + length > BigInt(source.size)) {
    throw corrupt(file, `is damaged: chunk ${number} ends at byte ${offset + length} of ${source.size}`)
  }
  return source.read({ offset: Number(offset), length: Number(length) })
}

function numberOf(place: readonly number[], grid: readonly number[]): number {
  return place.reduce((number, at, axis) => number * grid[axis]! + at, 0)
}
