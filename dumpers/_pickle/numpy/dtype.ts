/**
 * numpy's dtypes as pickles hold them: `numpy.dtype('f8', False, True)`, whose state then says the order of bytes, the
 * fields, the size and the unit.
 * https://numpy.org/doc/stable/reference/generated/numpy.dtype.__reduce__.html
 */
import { MOST_LEVELS } from '../../../src/ndarray.js'
import { type ElementFormat, type FieldFormat, parseScalar } from '../../_npy/descr.js'
import type { Literal } from '../../_npy/literal.js'
import { LARGEST_ITEM, parseDescr } from '../../_npy/record-descr.js'
import { intOf, itemsOf, type Model, PyDict, PyObject, PyTuple, textOf } from '../model.js'
import type { Reading } from '../reading.js'

/** A dtype. {@link format} is asked for once the state is there. */
export class NumpyDtype extends PyObject {
  readonly python = 'numpy.dtype'
  /** As numpy writes it: `f8`, `O8`, `V16`, `M8`. */
  readonly code: string
  /** Where the call alone says all of it. */
  readonly #whole: ElementFormat | undefined
  #order = '='
  #unit = ''
  #itemsize = -1
  #names: readonly string[] | undefined
  #fields: PyDict | undefined
  #format: ElementFormat | undefined
  #sub: { readonly base: NumpyDtype; readonly shape: readonly number[] } | undefined

  constructor(code: string, whole?: ElementFormat) {
    super()
    this.code = code
    this.#whole = whole
  }

  /** Of a list of fields: `numpy.dtype([('t', '<f8'), ('x', '<i4', (3,))])`. */
  static ofFields(fields: Model[], reading: Reading): NumpyDtype {
    return new NumpyDtype('V', parseDescr(literalOf(fields, reading, 0), reading.file))
  }

  /** Python objects, of which an array holds references. */
  get isObject(): boolean {
    return /^\|?O\d*$/.test(this.code)
  }

  /** Elements that are a `str`. */
  get holdsText(): boolean {
    return /^[|<>=]?U/.test(this.code)
  }

  /** `(version, order, subarray, names, fields, itemsize, alignment, flags[, metadata])`; the oldest has no version. */
  override setState(state: Model, reading: Reading): void {
    const items = itemsOf(state) ?? []
    const versioned = typeof items[0] === 'number'
    const [order, sub, names, fields, itemsize] = versioned ? items.slice(1) : items
    this.#order = textOf(order) ?? '='
    if (!/^[<>|=]$/.test(this.#order))
      throw reading.corrupt('has a dtype whose order of bytes numpy does not know')
    this.#itemsize = intOf(itemsize) ?? -1
    this.#names = namesOf(names, reading)
    this.#fields = fields instanceof PyDict ? fields : undefined
    this.#sub = subarrayOf(sub, reading)
    this.#unit = unitOf(items[8], reading)
    this.#format = undefined
  }

  /** How elements lie in memory. UNSUPPORTED_FORMAT for objects, long doubles and raw bytes. */
  format(reading: Reading): ElementFormat {
    this.#format ??= this.#formatAt(0, reading)
    return this.#format
  }

  /** Made anew in each record that it is a field of, and charged there: few bytes can name it in many. */
  #formatAt(level: number, reading: Reading): ElementFormat {
    if (this.#whole !== undefined) return this.#whole
    if (level > MOST_LEVELS) throw reading.unsupported(`records nested deeper than ${MOST_LEVELS} levels`)
    if (this.#names !== undefined) return this.#records(this.#names, reading, level)
    if (this.isObject) throw reading.unsupported('an array of records with Python objects')
    return parseScalar(this.#descr(), reading.file)
  }

  /** numpy's name of it: `float64`, `datetime64[ns]`, `str`. */
  override toValue(reading: Reading): string {
    if (this.isObject) return 'object'
    return this.format(reading).dtype
  }

  #descr(): string {
    const { code } = this
    if (/^[|<>=]/.test(code)) return code + this.#unit
    // Strings and raw bytes say their size in the state alone where the code is `U0` or `S0`.
    const sized = /^([USaV])\d*$/.exec(code)
    if (sized === null || this.#itemsize < 0) return this.#order + code + this.#unit
    return `${this.#order}${sized[1]}${sized[1] === 'U' ? this.#itemsize / 4 : this.#itemsize}`
  }

  #records(names: readonly string[], reading: Reading, level: number): ElementFormat {
    const itemsize = this.#itemsize
    if (itemsize < 1 || itemsize > LARGEST_ITEM) throw reading.corrupt('has records without a size')
    const described = new Map<string | undefined, Model>()
    const pairs = this.#fields?.pairs ?? []
    for (let i = 0; i < pairs.length; i += 2) described.set(textOf(pairs[i]), pairs[i + 1]!)
    const fields = names.map(name => this.#field(name, described.get(name), reading, level))
    if (fields.length === 0) throw reading.unsupported('records without a field')
    return { dtype: 'struct', itemsize, word: 1, swapped: false, fields }
  }

  /** `described`: `(dtype, offset[, title])`. */
  #field(name: string, described: Model | undefined, reading: Reading, level: number): FieldFormat {
    const [dtype, offset] = itemsOf(described) ?? []
    const begin = intOf(offset)
    if (!(dtype instanceof NumpyDtype) || begin === undefined || begin < 0) {
      throw reading.corrupt(`has records whose field ${JSON.stringify(name)} is not described`)
    }
    const { base, shape } = dtype.#sub ?? { base: dtype, shape: [] }
    const format = base.#formatAt(level + 1, reading)
    reading.spend(200)
    const length = shape.reduce((product, n) => product * n, format.itemsize)
    if (begin + length > this.#itemsize)
      throw reading.corrupt(`has records that end within ${JSON.stringify(name)}`)
    return { name, format, shape, offset: begin }
  }
}

function namesOf(model: Model | undefined, reading: Reading): readonly string[] | undefined {
  const names = itemsOf(model)?.map(name => textOf(name) ?? '')
  if (names !== undefined && new Set(names).size < names.length) {
    throw reading.corrupt('has records with two fields of one name')
  }
  return names
}

function subarrayOf(
  model: Model | undefined,
  reading: Reading,
): { base: NumpyDtype; shape: readonly number[] } | undefined {
  const [base, axes] = itemsOf(model) ?? []
  if (base === undefined) return undefined
  const shape = typeof axes === 'number' ? [axes] : (itemsOf(axes) ?? []).map(n => intOf(n) ?? -1)
  const bytes = shape.reduce((product, n) => product * Math.max(n, 1), 1)
  if (!(base instanceof NumpyDtype) || shape.some(n => n < 0) || shape.length > 32 || bytes > LARGEST_ITEM) {
    throw reading.corrupt('has a dtype of subarrays that numpy does not know')
  }
  return { base, shape }
}

/** Of a time: the metadata `(…, (unit, multiple, numerator, denominator[, event]))`. */
function unitOf(metadata: Model | undefined, reading: Reading): string {
  const [, facts] = itemsOf(metadata) ?? []
  const [unit, multiple = 1] = itemsOf(facts) ?? []
  if (unit === undefined) return ''
  const name = textOf(unit) ?? (unit instanceof Uint8Array ? Buffer.from(unit).toString('latin1') : undefined)
  const count = intOf(multiple)
  if (name === undefined || !/^(\w{1,2}|generic)$/.test(name) || count === undefined || count < 1) {
    throw reading.corrupt('has times whose unit numpy does not know')
  }
  return name === 'generic' ? '' : `[${count === 1 ? '' : count}${name}]`
}

/** A description of fields as numpy's text files have it. */
function literalOf(model: Model, reading: Reading, level: number): Literal {
  if (level > 3 * MOST_LEVELS) throw reading.unsupported(`records nested deeper than ${MOST_LEVELS} levels`)
  reading.spend(100)
  const items = itemsOf(model)?.map(item => literalOf(item, reading, level + 1))
  if (items !== undefined) return model instanceof PyTuple ? { tuple: items } : items
  const scalar = textOf(model) ?? intOf(model)
  if (scalar === undefined) throw reading.corrupt('has a dtype whose fields are not described')
  return scalar
}
