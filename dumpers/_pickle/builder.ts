/**
 * What a name on the allow-list stands for. Nothing of it is code of Python's: calling it makes a model, or is refused.
 */
import { type Model, type PyDict, PyObject } from './model.js'
import type { Reading } from './reading.js'

export interface Builder {
  /**
   * What calling it with `args` gives: REDUCE, NEWOBJ, OBJ and INST make no difference. Only NEWOBJ_EX has `named`
   * arguments. Absent: the name may be mentioned, as an argument of another, but not called.
   */
  call?(args: readonly Model[], reading: Reading, named?: PyDict): Model
  /** What `getattr` of it gives, by name: methods of a class that make its objects. */
  readonly attributes?: ReadonlyMap<string, Builder>
  /** The user's value of the name itself, where it has one. */
  readonly value?: unknown
}

/** Builders by module and attribute, as {@link nameOf} joins them. Names that Python keeps in several places are several entries. */
export type Globals = ReadonlyMap<string, Builder>

/** The key of an attribute of a module: `collections.OrderedDict` is both, told apart by a character that no name has. */
export function nameOf(module: string, attribute: string): string {
  return `${module}\n${attribute}`
}

/** `[module, attribute, builder]` for each of `attributes` in each of `modules`. */
export function entriesOf(
  modules: readonly string[],
  attributes: Readonly<Record<string, Builder>>,
): [name: string, builder: Builder][] {
  return modules.flatMap(module =>
    Object.entries(attributes).map(([attribute, builder]): [string, Builder] => [
      nameOf(module, attribute),
      builder,
    ]),
  )
}

/** A name on the allow-list, mentioned by a stream: a class that is an argument, or about to be called. */
export class Global extends PyObject {
  readonly python = 'type'
  readonly module: string
  readonly attribute: string
  readonly builder: Builder

  constructor(module: string, attribute: string, builder: Builder) {
    super()
    this.module = module
    this.attribute = attribute
    this.builder = builder
  }

  call(args: readonly Model[], reading: Reading, named?: PyDict): Model {
    const made = this.builder.call?.(args, reading, named)
    if (made === undefined) throw reading.unsupported(`a call of ${this.module}.${this.attribute}`)
    return made
  }

  override toValue(reading: Reading): unknown {
    if (this.builder.value !== undefined) return this.builder.value
    throw reading.unsupported(`a reference to ${this.module}.${this.attribute}`)
  }
}
