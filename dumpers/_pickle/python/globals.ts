/**
 * The names of Python's own modules on the allow-list.
 */
import { type Builder, entriesOf, Global, type Globals } from '../builder.js'
import { bytesOf, itemsOf, type Model, numberOf, PyDict, PySet, PyTuple, textOf } from '../model.js'
import type { Reading } from '../reading.js'
import { CLOUDPICKLE_GLOBALS } from './cloudpickle.js'
import { PyComplex } from './complex.js'
import { PyRange } from './ranges.js'
import { PyText, PyUuid, pathText } from './texts.js'
import { TIME_GLOBALS } from './times.js'

/** Names that are mentioned as arguments, and not called. */
const named: Builder = {}

const list: Builder = {
  call([items], reading) {
    return [...copied(items, reading)]
  },
}

const tuple: Builder = {
  call([items], reading) {
    return new PyTuple(copied(items, reading))
  },
}

function setOf(python: 'set' | 'frozenset'): Builder {
  return {
    call([items], reading) {
      const set = new PySet(python)
      set.append(copied(items, reading))
      return set
    },
  }
}

/** A dict of a class that holds nothing but its items; `from` says which argument has them. */
function dictOf(python: string, from = 0): Builder {
  return {
    call(args, reading) {
      const dict = new PyDict(python)
      const given = args[from] ?? null
      if (given instanceof PyDict) dict.setItems(charged(given.pairs, reading))
      else for (const pair of copied(given, reading)) dict.setItems(pairOf(pair, reading))
      return dict
    },
  }
}

function pairOf(model: Model, reading: Reading): readonly Model[] {
  const pair = itemsOf(model)
  if (pair?.length !== 2) throw reading.corrupt('makes a dict of what are no pairs')
  return pair
}

/** What is copied can be named again and again. */
function copied(model: Model | undefined, reading: Reading): readonly Model[] {
  if (model === undefined || model === null) return []
  const items = model instanceof PySet ? model.items : itemsOf(model)
  if (items === undefined) throw reading.corrupt('makes a container of what has no items')
  return charged(items, reading)
}

function charged(items: readonly Model[], reading: Reading): readonly Model[] {
  reading.spend(8 * items.length)
  return items
}

/** Bytes, of text where the protocol has no opcode for them. */
const bytes: Builder = {
  call([given], reading) {
    if (given === undefined) return new Uint8Array(0)
    const made = Array.isArray(given) ? undefined : bytesOf(given)
    if (made === undefined) throw reading.corrupt('makes bytes of what has none')
    reading.spend(made.length)
    return made
  },
}

const encode: Builder = {
  call([text, encoding], reading) {
    const charset = encoding === undefined ? 'utf8' : textOf(encoding)?.toLowerCase().replace(/[-_]/g, '')
    const latin = charset === 'latin1' || charset === 'iso88591'
    if (typeof text !== 'string' || !(latin || charset === 'utf8' || charset === 'ascii')) {
      throw reading.unsupported(`text in the encoding ${String(textOf(encoding))}`)
    }
    reading.spend(text.length)
    const made = Buffer.from(text, latin ? 'latin1' : 'utf8')
    if (latin && made.toString('latin1') !== text) throw reading.corrupt('has bytes that are no bytes')
    return made
  },
}

/** `bytearray(text, 'latin-1')` in old protocols, `bytearray(bytes)` in newer ones. */
const bytearray: Builder = {
  call(args, reading) {
    const builder = args.length > 1 ? encode : bytes
    return builder.call?.(args, reading) ?? null
  },
}

const complex: Builder = {
  call([real, imaginary], reading) {
    const [re, im] = [numberOf(real ?? 0), numberOf(imaginary ?? 0)]
    if (re === undefined || im === undefined) throw reading.corrupt('has a complex number without parts')
    return new PyComplex(re, im)
  },
}

const range: Builder = {
  call([start = null, stop = null, step = null]) {
    return new PyRange('range', start, stop, step)
  },
}

const slice: Builder = {
  call([start = null, stop = null, step = null]) {
    return new PyRange('slice', start, stop, step)
  },
}

/** Of classes whose builders say which attributes they have, and of no other. */
const getAttribute: Builder = {
  call([type, attribute], reading) {
    const name = textOf(attribute)
    const builder =
      type instanceof Global && name !== undefined ? type.builder.attributes?.get(name) : undefined
    if (builder === undefined || !(type instanceof Global))
      throw reading.unsupported(`an attribute ${name} of an object`)
    return new Global(type.module, `${type.attribute}.${name}`, builder)
  },
}

/** `copyreg._reconstructor(type, base, state)`: an object of protocol 0 or 1, before its state. */
const reconstructor: Builder = {
  call([type, , state], reading) {
    if (!(type instanceof Global)) throw reading.corrupt('makes an object of what is no class')
    return type.call(state === undefined || state === null ? [] : [state], reading)
  },
}

const newObject: Builder = {
  call([type, ...args], reading) {
    if (!(type instanceof Global)) throw reading.corrupt('makes an object of what is no class')
    return type.call(args, reading)
  },
}

/** A class whose objects are told by one text. */
function textual(python: string, textFrom: (args: readonly Model[]) => string | undefined): Builder {
  return {
    call(args, reading) {
      const text = textFrom(args)
      if (text === undefined) throw reading.corrupt(`has a ${python} without a text`)
      return new PyText(python, text)
    },
  }
}

const onlyText = ([text]: readonly Model[]): string | undefined => textOf(text)

function fractionText([numerator, denominator]: readonly Model[]): string | undefined {
  const whole = textOf(numerator)
  if (whole !== undefined || numerator === undefined) return whole
  return `${String(numerator)}/${String(denominator ?? 1)}`
}

export const PYTHON_GLOBALS: Globals = new Map<string, Builder>([
  ...entriesOf(['builtins', '__builtin__'], {
    object: named,
    int: named,
    long: named,
    float: named,
    bool: named,
    str: named,
    unicode: named,
    list,
    tuple,
    dict: dictOf('dict'),
    set: setOf('set'),
    frozenset: setOf('frozenset'),
    bytes,
    bytearray,
    complex,
    range,
    xrange: range,
    slice,
    getattr: getAttribute,
    Ellipsis: { value: '...' },
  }),
  ...entriesOf(['_codecs', 'codecs'], { encode }),
  ...entriesOf(['copyreg', 'copy_reg'], { _reconstructor: reconstructor, __newobj__: newObject }),
  ...entriesOf(['collections'], {
    OrderedDict: dictOf('collections.OrderedDict'),
    Counter: dictOf('collections.Counter'),
    defaultdict: dictOf('collections.defaultdict', 1),
    deque: list,
  }),
  ...entriesOf(['decimal', '_decimal', '_pydecimal'], { Decimal: textual('decimal.Decimal', onlyText) }),
  ...entriesOf(['fractions'], { Fraction: textual('fractions.Fraction', fractionText) }),
  ...entriesOf(['uuid'], { UUID: { call: () => new PyUuid() } }),
  ...entriesOf(['pathlib', 'pathlib._local'], {
    PurePosixPath: textual('pathlib.PurePosixPath', pathText),
    PosixPath: textual('pathlib.PosixPath', pathText),
    PureWindowsPath: textual('pathlib.PureWindowsPath', pathText),
    WindowsPath: textual('pathlib.WindowsPath', pathText),
  }),
  ...TIME_GLOBALS,
  ...CLOUDPICKLE_GLOBALS,
])
