/**
 * Runs the program that a pickle is, up to its STOP. It keeps its own stack, so that nesting costs no depth of calls; it
 * calls nothing but builders of the allow-list.
 * https://github.com/python/cpython/blob/3.13/Lib/pickletools.py
 */
import { Global } from './builder.js'
import { Cursor } from './cursor.js'
import { globalOf } from './globals.js'
import { literalOf } from './literals.js'
import { type Model, PyDict, PyObject, PySet, PyTuple, textOf } from './model.js'
import * as op from './opcodes.js'
import type { Reading } from './reading.js'
import { Memo, Stack } from './stack.js'

const NEWEST_PROTOCOL = 5

/** Opcodes between looks at the clock. */
const STEPS = 2048

/** The value of the stream. `buffers` are those that lie outside of it, in the order in which it asks for them. */
export async function run(
  bytes: Uint8Array,
  reading: Reading,
  buffers: Iterable<Uint8Array>,
): Promise<Model> {
  const machine = new Machine(bytes, reading, buffers)
  while (machine.steps(STEPS)) await reading.pause()
  return machine.stack.last()
}

class Machine {
  readonly stack: Stack
  readonly #memo: Memo
  readonly #cursor: Cursor
  readonly #reading: Reading
  readonly #buffers: Iterator<Uint8Array>

  constructor(bytes: Uint8Array, reading: Reading, buffers: Iterable<Uint8Array>) {
    this.stack = new Stack(reading)
    this.#memo = new Memo(reading)
    this.#cursor = new Cursor(bytes, reading)
    this.#reading = reading
    this.#buffers = buffers[Symbol.iterator]()
  }

  /** So many opcodes; false at the end. */
  steps(count: number): boolean {
    for (let i = 0; i < count; i++) if (!this.#step()) return false
    return true
  }

  #step(): boolean {
    const code = this.#cursor.uint8()
    if (code === op.STOP) return false
    const literal = literalOf(code, this.#cursor, this.#reading)
    if (literal !== undefined) this.stack.push(literal)
    else if (!this.#container(code) && !this.#memory(code)) this.#object(code)
    return true
  }

  #container(code: number): boolean {
    const { stack } = this
    switch (code) {
      case op.MARK:
        stack.mark()
        return true
      case op.EMPTY_LIST:
        stack.push([])
        return true
      case op.APPENDS:
      case op.ADDITEMS:
        this.#append(stack.popMark())
        return true
      case op.APPEND:
        this.#append(stack.popMany(1))
        return true
      case op.LIST:
        stack.push(stack.popMark())
        return true
      case op.EMPTY_DICT:
        stack.push(new PyDict())
        return true
      case op.SETITEMS:
        this.#setItems(stack.popMark())
        return true
      case op.SETITEM:
        this.#setItems(stack.popMany(2))
        return true
      case op.DICT: {
        const pairs = stack.popMark()
        stack.push(new PyDict())
        this.#setItems(pairs)
        return true
      }
      case op.EMPTY_TUPLE:
        stack.push(new PyTuple([]))
        return true
      case op.TUPLE1:
      case op.TUPLE2:
      case op.TUPLE3:
        stack.push(new PyTuple(stack.popMany(code - op.TUPLE1 + 1)))
        return true
      case op.TUPLE:
        stack.push(new PyTuple(stack.popMark()))
        return true
      case op.EMPTY_SET:
        stack.push(new PySet('set'))
        return true
      case op.FROZENSET: {
        const items = stack.popMark()
        const set = new PySet('frozenset')
        set.append(items)
        stack.push(set)
        return true
      }
      default:
        return false
    }
  }

  /** Opcodes of the stack and the memo, and those that say something of the stream. */
  #memory(code: number): boolean {
    const { stack } = this
    const cursor = this.#cursor
    switch (code) {
      case op.MEMOIZE:
        this.#memo.add(stack.top())
        return true
      case op.BINGET:
        stack.push(this.#memo.get(cursor.uint8()))
        return true
      case op.LONG_BINGET:
        stack.push(this.#memo.get(cursor.uint32()))
        return true
      case op.GET:
        stack.push(this.#memo.get(this.#index(cursor.line())))
        return true
      case op.BINPUT:
        this.#memo.put(cursor.uint8(), stack.top())
        return true
      case op.LONG_BINPUT:
        this.#memo.put(cursor.uint32(), stack.top())
        return true
      case op.PUT:
        this.#memo.put(this.#index(cursor.line()), stack.top())
        return true
      case op.POP:
        stack.drop()
        return true
      case op.POP_MARK:
        stack.popMark()
        return true
      case op.DUP:
        stack.push(stack.top())
        return true
      case op.FRAME:
        // Frames only tell a reader of pipes how much to read.
        cursor.uint64()
        return true
      case op.PROTO:
        this.#protocol(cursor.uint8())
        return true
      default:
        return false
    }
  }

  #object(code: number): void {
    const { stack } = this
    const cursor = this.#cursor
    switch (code) {
      case op.STACK_GLOBAL: {
        const [module, attribute] = stack.popMany(2)
        stack.push(this.#global(textOf(module), textOf(attribute)))
        return
      }
      case op.GLOBAL: {
        const module = cursor.line()
        stack.push(this.#global(module, cursor.line()))
        return
      }
      case op.REDUCE:
      case op.NEWOBJ: {
        const [callable, args] = stack.popMany(2)
        stack.push(this.#call(callable, args))
        return
      }
      case op.NEWOBJ_EX: {
        const [callable, args, named] = stack.popMany(3)
        if (!(named instanceof PyDict))
          throw this.#reading.corrupt('calls with named arguments that are no dict')
        stack.push(this.#call(callable, args, named))
        return
      }
      case op.INST: {
        const module = cursor.line()
        const called = this.#global(module, cursor.line())
        stack.push(called.call(stack.popMark(), this.#reading))
        return
      }
      case op.OBJ: {
        const [callable, ...args] = stack.popMark()
        stack.push(this.#call(callable, new PyTuple(args)))
        return
      }
      case op.BUILD: {
        const state = stack.pop()
        this.#target(stack.top(), 'a state').setState(state, this.#reading)
        return
      }
      case op.NEXT_BUFFER:
        stack.push(this.#buffer())
        return
      case op.READONLY_BUFFER:
        stack.top()
        return
      case op.PERSID:
      case op.BINPERSID:
        throw this.#reading.unsupported('a persistent reference to something outside of the file')
      case op.EXT1:
      case op.EXT2:
      case op.EXT4:
        throw this.#reading.unsupported("a number of Python's extension registry instead of a name")
      default:
        throw this.#reading.corrupt(`has the byte ${code} where an opcode should be`)
    }
  }

  #global(module: string | undefined, attribute: string | undefined): Global {
    if (module === undefined || attribute === undefined)
      throw this.#reading.corrupt('has a name that is no text')
    return globalOf(module, attribute, this.#reading)
  }

  #call(callable: Model | undefined, args: Model | undefined, named?: PyDict): Model {
    if (!(callable instanceof Global)) throw this.#reading.corrupt('calls what is no name')
    if (!(args instanceof PyTuple)) throw this.#reading.corrupt('calls with arguments that are no tuple')
    return callable.call(args.items, this.#reading, named)
  }

  #append(items: readonly Model[]): void {
    const target = this.stack.top()
    if (Array.isArray(target)) for (const item of items) target.push(item)
    else this.#target(target, 'items').append(items, this.#reading)
  }

  #setItems(pairs: readonly Model[]): void {
    if (pairs.length % 2 !== 0) throw this.#reading.corrupt('has a key without a value')
    this.#target(this.stack.top(), 'items').setItems(pairs, this.#reading)
  }

  #target(model: Model, what: string): PyObject {
    if (model instanceof PyObject) return model
    throw this.#reading.corrupt(`gives ${what} to a value that takes none`)
  }

  #index(line: string): number {
    if (/^\d{1,15}$/.test(line)) return Number(line)
    throw this.#reading.corrupt('names a value by what is no number')
  }

  #protocol(version: number): void {
    if (version <= NEWEST_PROTOCOL) return
    throw this.#reading.unsupported(`a pickle of protocol ${version}; the newest known is ${NEWEST_PROTOCOL}`)
  }

  #buffer(): Model {
    const { value, done } = this.#buffers.next()
    if (done === true)
      throw this.#reading.unsupported('a reference to a buffer that lies outside of the file')
    return value
  }
}
