/**
 * Whole files in fresh memory. Several stripes are read at the same time, because such memory costs page faults and those
 * of several threads overlap; the checksum of one is taken while the next ones are under way.
 */
import { crc32 } from 'node:zlib'
import { readFully, readFullySync, SMALL } from './raw-files.js'

/** Short enough to be in the processor's cache still when its checksum is taken. */
const STRIPE: number = 2 * 2 ** 20
/** Node has four threads for reads. */
const AT_ONCE = 4

/** Fills `out`, but for what lies after the end of the file; with the CRC-32, 0 unless it is to be `checked`. */
export async function readWhole(
  fd: number,
  out: Uint8Array,
  checked: boolean,
  signal?: AbortSignal,
): Promise<{ data: Uint8Array; sum: number }> {
  if (out.length <= SMALL) {
    const data = readFullySync(fd, out, 0)
    return { data, sum: checked ? crc32(data) : 0 }
  }
  let [done, sum] = [0, 0]
  for await (const stripe of stripes(fd, out, signal)) {
    if (checked) sum = crc32(stripe, sum)
    done += stripe.length
  }
  return { data: out.subarray(0, done), sum }
}

/** The stripes of `out` in order, each as soon as it is filled. The last one is shorter where the file ends. */
async function* stripes(
  fd: number,
  out: Uint8Array,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const underWay: Promise<Uint8Array>[] = []
  try {
    for (let begin = 0; begin < out.length || underWay.length > 0; ) {
      while (underWay.length < AT_ONCE && begin < out.length) {
        underWay.push(startRead(fd, out.subarray(begin, begin + STRIPE), begin, signal))
        begin += STRIPE
      }
      const stripe = await underWay.shift()!
      yield stripe
      if (stripe.length < STRIPE) return
    }
  } finally {
    // The memory and the descriptor are the caller's again only when nothing is under way.
    await Promise.allSettled(underWay)
  }
}

function startRead(
  fd: number,
  out: Uint8Array,
  position: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const read = readFully(fd, out, position, signal)
  // A failure is met in its turn; until then nobody waits for this promise, and Node would end the process.
  read.catch(() => {})
  return read
}
