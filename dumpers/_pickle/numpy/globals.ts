/**
 * The names of numpy on the allow-list: arrays, scalars and dtypes, under the modules of numpy 1 and 2.
 */
import { type Builder, entriesOf, Global, type Globals } from '../builder.js'
import { type Model, textOf } from '../model.js'
import type { Reading } from '../reading.js'
import { NumpyArray } from './array.js'
import { NumpyDtype } from './dtype.js'
import { NumpyScalar } from './scalar.js'

/** Classes that are mentioned as arguments, and not called. */
const named: Builder = {}

const reconstruct: Builder = {
  call([type], reading) {
    if (!(type instanceof Global)) throw reading.corrupt('makes an array of what is no class')
    if (!ARRAYS.has(type.attribute)) throw reading.unsupported(`a ${type.module}.${type.attribute}`)
    return new NumpyArray()
  },
}
/** Subclasses of arrays that hold nothing more. */
const ARRAYS: ReadonlySet<string> = new Set(['ndarray', 'matrix', 'memmap', 'recarray', 'FrozenNDArray'])

const fromBuffer: Builder = {
  call([memory, dtype, shape, order], reading) {
    const array = new NumpyArray()
    array.set(shape, dtype, order === 'F', memory, reading)
    return array
  },
}

const scalar: Builder = {
  call([dtype, memory], reading) {
    if (!(dtype instanceof NumpyDtype)) throw reading.corrupt('has a scalar of numpy without a dtype')
    return dtype.isObject ? (memory ?? null) : new NumpyScalar(dtype, memory, reading)
  },
}

const dtype: Builder = {
  call([code], reading) {
    return Array.isArray(code) ? NumpyDtype.ofFields(code, reading) : new NumpyDtype(codeOf(code, reading))
  },
}

function codeOf(code: Model | undefined, reading: Reading): string {
  // Of a record array, the class of its elements: its fields are in the state.
  if (code instanceof Global && code.attribute === 'record') return 'V'
  const text = textOf(code)
  if (text === undefined || !/^[|<>=]?[a-zA-Z]\w{0,9}(\[\w{1,12}\])?$/.test(text)) {
    throw reading.corrupt('has a dtype without a name')
  }
  return text
}

export const NUMPY_GLOBALS: Globals = new Map([
  ...entriesOf(['numpy', 'numpy.core.multiarray', 'numpy._core.multiarray'], {
    ndarray: named,
    dtype,
    _reconstruct: reconstruct,
    scalar,
  }),
  ...entriesOf(['numpy.core.numeric', 'numpy._core.numeric'], { _frombuffer: fromBuffer }),
  ...entriesOf(['numpy', 'numpy.rec', 'numpy.core.records', 'numpy._core.records'], {
    record: named,
    recarray: named,
    memmap: named,
    matrix: named,
  }),
  ...entriesOf(['numpy.matrixlib.defmatrix'], { matrix: named }),
  ...entriesOf(['numpy.core.memmap', 'numpy._core.memmap'], { memmap: named }),
])
