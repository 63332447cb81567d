/**
 * The stack and the memo of the machine that a pickle is a program for. Marks are places on the stack.
 */
import type { Model } from './model.js'
import type { Reading } from './reading.js'

export class Stack {
  readonly #items: Model[] = []
  readonly #marks: number[] = []
  /** Where the items above the last mark begin. */
  #floor = 0
  readonly #reading: Reading

  constructor(reading: Reading) {
    this.#reading = reading
  }

  push(model: Model): void {
    this.#items.push(model)
  }

  pop(): Model {
    if (this.#items.length <= this.#floor) throw this.#empty()
    return this.#items.pop()!
  }

  top(): Model {
    if (this.#items.length <= this.#floor) throw this.#empty()
    return this.#items[this.#items.length - 1]!
  }

  /** The last `count` items, which are taken away. */
  popMany(count: number): Model[] {
    if (this.#items.length - count < this.#floor) throw this.#empty()
    return this.#items.splice(this.#items.length - count)
  }

  mark(): void {
    this.#marks.push(this.#floor)
    this.#floor = this.#items.length
  }

  /** The items above the last mark; they and the mark are taken away. */
  popMark(): Model[] {
    const below = this.#marks.pop()
    if (below === undefined) throw this.#reading.corrupt('has an opcode for a mark that nothing set')
    const items = this.#items.splice(this.#floor)
    this.#floor = below
    return items
  }

  /** POP takes a mark away where nothing lies above it. */
  drop(): void {
    if (this.#items.length > this.#floor || this.#marks.length === 0) this.pop()
    else this.popMark()
  }

  /** The value of the whole stream: all that is left. */
  last(): Model {
    if (this.#marks.length > 0 || this.#items.length !== 1) {
      throw this.#reading.corrupt(`ends with ${this.#items.length} values on its stack instead of one`)
    }
    return this.#items[0]!
  }

  #empty(): Error {
    return this.#reading.corrupt('takes more from its stack than is there')
  }
}

/** What the stream keeps to name again. Numbers without gaps lie in an array; any others cost no more than themselves. */
export class Memo {
  readonly #dense: Model[] = []
  readonly #sparse = new Map<number, Model>()
  readonly #reading: Reading

  constructor(reading: Reading) {
    this.#reading = reading
  }

  /** MEMOIZE: under the number of those that are there. */
  add(model: Model): void {
    this.put(this.#dense.length + this.#sparse.size, model)
  }

  put(index: number, model: Model): void {
    if (index > this.#dense.length) {
      this.#sparse.set(index, model)
      return
    }
    this.#dense[index] = model
    if (this.#sparse.size > 0) this.#sparse.delete(index)
  }

  get(index: number): Model {
    const model = index < this.#dense.length ? this.#dense[index] : this.#sparse.get(index)
    if (model === undefined) throw this.#reading.corrupt(`names the value ${index}, which it has not kept`)
    return model
  }
}
