/**
 * Classes that cloudpickle wrote by value, those of a notebook or a script: not read, but refused by their own name.
 */
import { type Builder, entriesOf } from '../builder.js'
import { textOf } from '../model.js'

/** `_make_skeleton_class(metaclass, name, bases, …)`, `_make_skeleton_enum(bases, name, …)`. */
function skeleton(attribute: string): Builder {
  return {
    call([, name], reading) {
      const text = textOf(name)
      throw reading.unsupported(
        text === undefined
          ? `a cloudpickle.cloudpickle.${attribute}`
          : `the class ${text}, which was defined in the program that wrote it`,
      )
    },
  }
}

/** What such classes are made of. */
const named: Builder = {}

export const CLOUDPICKLE_GLOBALS: [string, Builder][] = [
  ...entriesOf(['cloudpickle.cloudpickle'], {
    _make_skeleton_class: skeleton('_make_skeleton_class'),
    _make_skeleton_enum: skeleton('_make_skeleton_enum'),
  }),
  ...entriesOf(['builtins', '__builtin__'], { type: named }),
  ...entriesOf(['abc'], { ABCMeta: named, ABC: named }),
  ...entriesOf(['enum'], { Enum: named, EnumMeta: named, IntEnum: named, Flag: named, IntFlag: named }),
]
