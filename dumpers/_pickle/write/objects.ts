/**
 * What pickles have no opcode for: moments and numpy's arrays, as calls of the names that Python itself would call.
 */
import { countOf, type NDArray } from '../../../src/ndarray.js'
import { assertKept, elementsOf, encoderOf } from '../../_npy/encode.js'
import type { Descr } from '../../_npy/repr.js'
import * as op from '../opcodes.js'
import type { Output } from './output.js'

/** Names and objects that a pickle mentions again and again, by their number in the memo. */
export class Mentioned {
  readonly #output: Output
  readonly #known = new Map<string, number>()

  constructor(output: Output) {
    this.#output = output
  }

  /** A name of a module: `datetime`, `timezone`. */
  name(module: string, attribute: string): void {
    this.once(`${module} ${attribute}`, () => {
      this.#output.text(module)
      this.#output.text(attribute)
      this.#output.opcode(op.STACK_GLOBAL)
    })
  }

  /** What `make` writes, the first time; then a reference to it. */
  once(key: string, make: () => void): void {
    const known = this.#known.get(key)
    if (known !== undefined) {
      this.#output.get(known)
      return
    }
    make()
    this.#known.set(key, this.#output.memoize())
  }
}

/** `datetime.datetime(packed, datetime.timezone.utc)`. */
export function writeDate(date: Date, output: Output, mentioned: Mentioned): void {
  mentioned.name('datetime', 'datetime')
  const year = date.getUTCFullYear()
  const micros = date.getUTCMilliseconds() * 1000
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
  const packed = [year >> 8, year & 255, date.getUTCMonth() + 1, date.getUTCDate(), ...clock]
  output.bytes(10)
  output.memory(Uint8Array.from([...packed, micros >> 16, (micros >> 8) & 255, micros & 255]))
  mentioned.once('utc', () => {
    mentioned.name('datetime', 'timezone')
    mentioned.name('datetime', 'timedelta')
    for (let i = 0; i < 3; i++) output.number(op.BININT1, 0, 1)
    output.opcode(op.TUPLE3)
    output.opcode(op.REDUCE)
    output.opcode(op.TUPLE1)
    output.opcode(op.REDUCE)
  })
  output.opcode(op.TUPLE2)
  output.opcode(op.REDUCE)
}

/** `_reconstruct(ndarray, (0,), b'b')`: an array before its state. */
export function writeArrayBegin(output: Output, mentioned: Mentioned): void {
  mentioned.name('numpy.core.multiarray', '_reconstruct')
  mentioned.name('numpy', 'ndarray')
  output.number(op.BININT1, 0, 1)
  output.opcode(op.TUPLE1)
  output.bytes(1)
  output.memory(Uint8Array.of(0x62))
  output.opcode(op.TUPLE3)
  output.opcode(op.REDUCE)
}

/** The state of an array, `(1, shape, dtype, False, elements)`; the elements in pieces that are made one by one. */
export function* arrayState(
  array: NDArray,
  output: Output,
  mentioned: Mentioned,
  signal: AbortSignal | undefined,
): Generator<Uint8Array> {
  const encoder = encoderOf(array)
  output.opcode(op.MARK)
  output.number(op.BININT1, 1, 1)
  writeShape(array.shape, output)
  writeDtype(encoder.descr, output, mentioned)
  output.opcode(op.NEWFALSE)
  output.bytes(countOf(array) * encoder.itemsize)
  for (const bytes of elementsOf(array, encoder, signal)) {
    output.memory(bytes)
    yield* output.take()
  }
  assertKept(array)
  output.opcode(op.TUPLE)
  output.opcode(op.BUILD)
}

function writeShape(shape: readonly number[], output: Output): void {
  output.opcode(op.MARK)
  for (const length of shape) writeInt(length, output)
  output.opcode(op.TUPLE)
}

/** `numpy.dtype(descr)`, which says all: order of bytes, size, unit and fields. */
function writeDtype(descr: Descr, output: Output, mentioned: Mentioned): void {
  mentioned.once(`dtype ${JSON.stringify(descr)}`, () => {
    mentioned.name('numpy', 'dtype')
    writeDescr(descr, output)
    output.opcode(op.TUPLE1)
    output.opcode(op.REDUCE)
  })
}

function writeDescr(descr: Descr, output: Output): void {
  if (typeof descr === 'string') {
    output.text(descr)
    return
  }
  output.opcode(op.EMPTY_LIST)
  output.opcode(op.MARK)
  for (const [name, field, shape] of descr) {
    output.text(name)
    writeDescr(field, output)
    writeShape(shape, output)
    output.opcode(op.TUPLE3)
  }
  output.opcode(op.APPENDS)
}

/** A whole number that is exact. */
export function writeInt(value: number, output: Output): void {
  if (value >= 0 && value < 2 ** 8) output.number(op.BININT1, value, 1)
  else if (value >= 0 && value < 2 ** 16) output.number(op.BININT2, value, 2)
  else if (value >= -(2 ** 31) && value < 2 ** 31) output.int32(value)
  else writeBigint(BigInt(value), output)
}

/** Two's complement, the lowest byte first, in as few bytes as hold the sign. */
export function writeBigint(value: bigint, output: Output): void {
  const magnitude = (value < 0n ? -value - 1n : value).toString(16)
  const length = Math.floor((magnitude.length * 4) / 8) + 1
  const hex = BigInt.asUintN(length * 8, value)
    .toString(16)
    .padStart(length * 2, '0')
  const bytes = Buffer.from(hex, 'hex').reverse()
  if (length < 256) output.number(op.LONG1, length, 1)
  else output.number(op.LONG4, length, 4)
  output.memory(bytes)
}
