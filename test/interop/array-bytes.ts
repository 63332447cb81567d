/** Arrays in the words of Python: the bytes of their elements in C order, little-endian, and elements as JSON. */
import { createHash } from 'node:crypto'
import { contiguous, type NDArray } from '../../src/ndarray.js'

/** SHA-256 of the elements of `dtype`, numpy's code of it: strings and bytes are as wide as it says. */
export function digestOf(a: NDArray, dtype: string): string {
  const [, kind, size] = /^[<>|](\w)(\d+)/.exec(dtype) ?? []
  const hash = createHash('sha256')
  const { data } = contiguous(a)
  if (!Array.isArray(data)) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  else for (const item of data) hash.update(padded(item, kind === 'U' ? 4 * Number(size) : Number(size)))
  return hash.digest('hex')
}

/** Strings as numpy's UCS-4. */
function padded(item: string | Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(width)
  if (typeof item !== 'string') out.set(item)
  else out.set(new Uint8Array(Uint32Array.from([...item].map(character => character.codePointAt(0)!)).buffer))
  return out
}

/** numpy's name of a dtype without its order of bytes: `f8`, `M8[us]`, `U7`. */
export function codeOf({ dtype, data }: NDArray, recorded: string): string {
  const code = recorded.slice(1)
  if (dtype === 'str' || dtype === 'bytes') return (dtype === 'str') === (code[0] === 'U') ? code : dtype
  const [, kind, unit = ''] = /^([a-z]+)\d*(\[\w+\])?$/.exec(dtype) ?? []
  if (Array.isArray(data) || kind === undefined) return dtype
  const size = data.BYTES_PER_ELEMENT * (kind === 'complex' ? 2 : 1)
  return `${KINDS[kind]}${size}${unit}`
}

const KINDS: Readonly<Record<string, string>> = {
  bool: 'b',
  int: 'i',
  uint: 'u',
  float: 'f',
  complex: 'c',
  datetime: 'M',
  timedelta: 'm',
}
