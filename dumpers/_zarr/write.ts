/**
 * Writes an array as zarr version 2, as Python's zarr 2 does: `.zarray`, `.zattrs` where there are attributes, and a file
 * for each chunk. Several chunks are compressed at a time, in the threads of Node.
 */
import { promisify } from 'node:util'
import { deflate, deflateSync, gzip, gzipSync } from 'node:zlib'
import type { JsonValue, LoaderArguments, WriteFolder } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import type { NDArray } from '../../src/ndarray.js'
import { encoderOf } from '../_npy/encode.js'
import type { Descr } from '../_npy/repr.js'
import { inOrder } from '../_parquet/in-order.js'
import { Turns } from '../_turns.js'
import { type Chunks, chunkShape } from './chunk-shape.js'
import { SHORT } from './codecs.js'
import { type Piece, piecesOf } from './pieces.js'

/** How an array is stored. */
interface Storing {
  readonly chunks: Chunks | undefined
  readonly compression: Compression
  readonly level: number
  readonly attributes: Readonly<Record<string, JsonValue>> | undefined
}

/** The codecs that are written. */
type Compression = 'zlib' | 'gzip' | 'none'

/** Chunks that are under way: Node has four threads, and others wait so that none is idle while one is written. */
const AT_ONCE = 8

const deflated = promisify(deflate)
const gzipped = promisify(gzip)

/** Writes into the directory `root`. VALUE_REJECTED for what zarr 2 could not give back as it was. */
export async function writeArray(
  folder: WriteFolder,
  root: string,
  a: NDArray,
  { chunks, compression, level, attributes }: Storing,
): Promise<LoaderArguments> {
  const encoder = encoderOf(a)
  refuseBareTimes(encoder.descr)
  const chunk = chunkShape(chunks, a.shape, encoder.itemsize)
  await folder.write(
    `${root}/.zarray`,
    json(describe(a, encoder.descr, encoder.itemsize, chunk, compression, level)),
  )
  if (attributes !== undefined) await folder.write(`${root}/.zattrs`, json(attributes))
  const pack = packer(compression, level)
  const packed = inOrder(piecesOf(a, encoder, chunk), AT_ONCE, async ({ place, bytes }: Piece) => {
    folder.signal?.throwIfAborted()
    return { name: `${root}/${place.join('.') || '0'}`, bytes: await pack(bytes) }
  })
  const turns = new Turns()
  for await (const { name, bytes } of packed) {
    await folder.write(name, bytes)
    await turns.pause()
  }
  return { dtype: a.dtype, shape: a.shape }
}

function packer(compression: Compression, level: number): (bytes: Uint8Array) => Promise<Uint8Array> {
  if (compression === 'none') return async bytes => bytes
  const [atOnce, inThreads] = compression === 'zlib' ? [deflateSync, deflated] : [gzipSync, gzipped]
  return async bytes => (bytes.length <= SHORT ? atOnce : inThreads)(bytes, { level })
}

function describe(
  a: NDArray,
  descr: Descr,
  itemsize: number,
  chunk: readonly number[],
  compression: Compression,
  level: number,
): object {
  return {
    chunks: chunk,
    compressor: compression === 'none' ? null : { id: compression, level },
    dtype: dtypeOf(descr),
    fill_value: zeroOf(a, itemsize),
    filters: null,
    order: 'C',
    shape: a.shape,
    zarr_format: 2,
  }
}

/** The fill value of Python's zarr where nobody names one. */
function zeroOf({ dtype }: NDArray, itemsize: number): JsonValue {
  if (dtype === 'bool') return false
  if (dtype === 'str' || dtype === 'bytes') return ''
  if (dtype === 'struct') return Buffer.alloc(itemsize).toString('base64')
  return dtype.startsWith('complex') ? [0, 0] : 0
}

/** numpy's descriptor in JSON. */
function dtypeOf(descr: Descr): JsonValue {
  if (typeof descr === 'string') return descr
  return descr.map(([name, of, shape]) => [name, dtypeOf(of), ...(shape.length === 0 ? [] : [shape])])
}

/** Laid out as Python's zarr does, which reads nothing but ASCII. */
function json(value: object): Uint8Array {
  const text = JSON.stringify(value, null, 4)
  return Buffer.from(
    text.replace(/[^\0-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )
}

/** zarr 2 refuses them, in records too. */
function refuseBareTimes(descr: Descr): void {
  if (typeof descr !== 'string') for (const [, of] of descr) refuseBareTimes(of)
  else if (/^[<>][Mm]8$/.test(descr)) {
    const message = 'zarr keeps no times without a unit; name it in the dtype, as in datetime64[ms]'
    throw new DirdictError('VALUE_REJECTED', message, { dumper: 'zarr' })
  }
}
