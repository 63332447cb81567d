/**
 * A value as a pickle of protocol 4, in pieces. What stands in several places is written once and named again, so that
 * Python gets one object too, and one that is a part of itself.
 * https://peps.python.org/pep-3154/
 */
import { types } from 'node:util'
import { DirdictError } from '../../../src/errors.js'
import type { NDArray } from '../../../src/ndarray.js'
import * as op from '../opcodes.js'
import { arrayState, Mentioned, writeArrayBegin, writeBigint, writeDate, writeInt } from './objects.js'
import { isBytes, numpyArrayOf, pickleObstacle } from './obstacle.js'
import { Output } from './output.js'

/** Members that are put into a container at once, as Python does: a reader's stack holds no more. */
const BATCH = 1000

type Pieces = Generator<Uint8Array, void>
/** Pieces, and what is to be written before the next of them. */
type Steps = Generator<Uint8Array | Steps, void>

/** The pieces of the pickle. VALUE_REJECTED, saying what and where, before the first where Python cannot get `value`. */
export function encodePickle(value: unknown, signal?: AbortSignal): Iterable<Uint8Array> {
  const obstacle = pickleObstacle(value)
  if (obstacle !== undefined) throw rejected(obstacle)
  return new Encoder(signal).all(value)
}

class Encoder {
  readonly #output = new Output()
  readonly #mentioned = new Mentioned(this.#output)
  readonly #kept = new Map<object, number>()
  /** Tuples that are being written, and how many times over. */
  readonly #open = new Map<object, number>()
  readonly #signal: AbortSignal | undefined

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal
  }

  *all(value: unknown): Pieces {
    this.#output.number(op.PROTO, 4, 1)
    yield* inTurn(this.#any(value))
    this.#output.opcode(op.STOP)
    yield* this.#output.end()
  }

  *#any(value: unknown): Steps {
    if (!this.#atom(value)) yield this.#object(value as object)
  }

  /** Whether `value` had no members, and is written. */
  #atom(value: unknown): boolean {
    const output = this.#output
    if (typeof value === 'string') output.text(value)
    else if (typeof value === 'number') this.#number(value)
    else if (typeof value === 'boolean') output.opcode(value ? op.NEWTRUE : op.NEWFALSE)
    else if (value === null) output.opcode(op.NONE)
    else if (typeof value === 'bigint') writeBigint(value, output)
    else return false
    return true
  }

  /** Whole numbers are ints; -0 and those that are not exact are floats. */
  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) writeInt(value, this.#output)
    else this.#output.float(value)
  }

  *#object(value: object): Steps {
    const known = this.#kept.get(value)
    if (known !== undefined) {
      this.#output.get(known)
      return
    }
    this.#signal?.throwIfAborted()
    const array = numpyArrayOf(value)
    if (array !== undefined) yield this.#array(value, array)
    else if (Array.isArray(value))
      yield Object.isFrozen(value) ? this.#frozen(value, value, op.TUPLE) : this.#list(value)
    else if (types.isSet(value)) {
      yield Object.isFrozen(value) ? this.#frozen(value, [...value], op.FROZENSET) : this.#set(value)
    } else if (types.isMap(value)) yield this.#dict(value, [...value])
    else if (types.isDate(value) || isBytes(value)) this.#leaf(value)
    else yield this.#dict(value, Object.entries(value))
  }

  #leaf(value: Date | Uint8Array): void {
    if (types.isDate(value)) writeDate(value, this.#output, this.#mentioned)
    else {
      this.#output.bytes(value.length)
      this.#output.memory(value)
    }
    this.#keep(value)
  }

  *#array(value: object, array: NDArray): Steps {
    writeArrayBegin(this.#output, this.#mentioned)
    this.#keep(value)
    yield* arrayState(array, this.#output, this.#mentioned, this.#signal)
  }

  *#list(items: readonly unknown[]): Steps {
    this.#output.opcode(op.EMPTY_LIST)
    this.#keep(items)
    yield this.#batches(items, op.APPENDS)
  }

  *#set(items: ReadonlySet<unknown>): Steps {
    this.#output.opcode(op.EMPTY_SET)
    this.#keep(items)
    yield this.#batches([...items], op.ADDITEMS)
  }

  *#dict(value: object, entries: readonly (readonly [unknown, unknown])[]): Steps {
    const output = this.#output
    output.opcode(op.EMPTY_DICT)
    this.#keep(value)
    for (let begin = 0; begin < entries.length; begin += BATCH) {
      output.opcode(op.MARK)
      for (const [key, member] of entries.slice(begin, begin + BATCH)) {
        if (typeof key === 'string') this.#mentioned.once(`key ${key}`, () => output.text(key))
        else yield this.#any(key)
        if (!this.#atom(member)) yield this.#object(member as object)
        if (output.isReady) yield* output.take()
      }
      output.opcode(op.SETITEMS)
    }
  }

  *#batches(items: readonly unknown[], put: number): Steps {
    for (let begin = 0; begin < items.length; begin += BATCH) {
      this.#output.opcode(op.MARK)
      yield this.#members(items, begin, Math.min(begin + BATCH, items.length))
      this.#output.opcode(put)
    }
  }

  *#members(items: readonly unknown[], begin: number, end: number): Steps {
    for (let i = begin; i < end; i++) {
      if (!this.#atom(items[i])) yield this.#object(items[i] as object)
      if (this.#output.isReady) yield* this.#output.take()
    }
  }

  /** A tuple or a frozenset, which is made of its members. One that is a part of itself is there once they are. */
  *#frozen(value: object, items: readonly unknown[], make: number): Steps {
    const times = this.#open.get(value) ?? 0
    if (times > 1)
      throw rejected(
        'a frozen array is a part of itself through frozen arrays alone; Python has no such tuple',
      )
    this.#open.set(value, times + 1)
    this.#output.opcode(op.MARK)
    yield this.#members(items, 0, items.length)
    this.#open.set(value, times)
    const inside = this.#kept.get(value)
    this.#output.opcode(inside === undefined ? make : op.POP_MARK)
    if (inside === undefined) this.#keep(value)
    else this.#output.get(inside)
  }

  #keep(value: object): void {
    this.#kept.set(value, this.#output.memoize())
  }
}

/** The pieces of a step and of those that it hands out, one within another: by a stack, for values may be nested deeply. */
function* inTurn(first: Steps): Pieces {
  const open = [first]
  for (let step = open.at(-1); step !== undefined; step = open.at(-1)) {
    const { done, value } = step.next()
    if (done) open.pop()
    else if (ArrayBuffer.isView(value)) yield value
    else open.push(value)
  }
}

function rejected(obstacle: string): DirdictError {
  return new DirdictError('VALUE_REJECTED', `pickle cannot hold this value: ${obstacle}.`, {
    dumper: 'pickle',
  })
}
