/**
 * Frames of Zstandard: by zarrita's codec, or where they do not say how much they hold, by Node's own, which only newer
 * ones have.
 * https://www.rfc-editor.org/rfc/rfc8878
 */
import * as zlib from 'node:zlib'
import { DirdictError } from '../../src/errors.js'
import { importPackage } from '../_packages.js'

const MAGIC = 0xfd2fb528
/** Bytes of the field that says how much a frame holds, by the two bits that say so. */
const SIZES = [0, 2, 4, 8]

/** What of Node's zlib is newer than Node 20. */
interface NewerZlib {
  readonly zstdDecompress?: (
    bytes: Uint8Array,
    options: { maxOutputLength: number },
    done: (error: Error | null, out: Uint8Array) => void,
  ) => void
}

/** What the frame holds. Throws for a damaged one, and for more than `most` bytes. */
export async function decodeZstd(bytes: Uint8Array, most: number): Promise<Uint8Array> {
  const length = contentLength(bytes)
  if (length === undefined) return decodeUnsized(bytes, most)
  if (length > most) throw new RangeError(`it says that it holds ${length} bytes, not ${most}`)
  const { registry } = await importPackage('zarrita', () => import('zarrita'))
  const codec = await registry.get('zstd')?.()
  if (codec === undefined) throw new Error('this zarrita has no zstd')
  const array = { dataType: 'uint8' as const, shape: [], codecs: [], fillValue: null }
  return codec.fromConfig({ level: 1 }, array).decode(bytes)
}

function decodeUnsized(bytes: Uint8Array, most: number): Promise<Uint8Array> {
  const { zstdDecompress } = zlib as NewerZlib
  if (zstdDecompress === undefined) {
    const message = 'zstd frames that do not say how much they hold need Node.js 22.15 or later'
    throw new DirdictError('UNSUPPORTED_FORMAT', message)
  }
  return new Promise((resolve, reject) => {
    zstdDecompress(bytes, { maxOutputLength: Math.max(1, most) }, (error, out) => {
      if (error === null) resolve(out)
      else reject(error)
    })
  })
}

/** Undefined where the frame does not say. */
function contentLength(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 6 || view.getUint32(0, true) !== MAGIC) throw new RangeError('it is no frame')
  const descriptor = view.getUint8(4)
  const single = (descriptor & 32) !== 0
  const size = SIZES[descriptor >> 6]! || Number(single)
  const at = 5 + Number(!single) + [0, 1, 2, 4][descriptor & 3]!
  if (size === 0) return undefined
  if (size === 1) return view.getUint8(at)
  if (size === 2) return view.getUint16(at, true) + 256
  return size === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true))
}
