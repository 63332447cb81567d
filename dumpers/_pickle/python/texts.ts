/**
 * Python's values that are best told by their text: decimal numbers, fractions, paths and UUIDs.
 */
import { type Model, PyDict, PyObject, textOf } from '../model.js'
import type { Reading } from '../reading.js'

/** A value that becomes its text, as `str` gives it in Python. */
export class PyText extends PyObject {
  readonly python: string
  readonly text: string

  constructor(python: string, text: string) {
    super()
    this.python = python
    this.text = text
  }

  override toValue(): string {
    return this.text
  }
}

/** A UUID, whose state is a number of 128 bits. */
export class PyUuid extends PyObject {
  readonly python = 'uuid.UUID'
  #text = ''

  override setState(state: Model, reading: Reading): void {
    const int = state instanceof PyDict ? state.get('int') : undefined
    const whole = typeof int === 'bigint' || typeof int === 'number' ? BigInt(int) : -1n
    if (whole < 0n || whole >= 2n ** 128n) throw reading.corrupt('has a UUID that is no number of 128 bits')
    const hex = whole.toString(16).padStart(32, '0')
    this.#text = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  }

  override toValue(): string {
    return this.#text
  }
}

/** The parts of a path, the first of which may be a root or a drive; none are the folder that the process is in. */
export function pathText(parts: readonly Model[]): string | undefined {
  const texts = parts.map(textOf)
  if (texts.includes(undefined)) return undefined
  const [first = '.', ...rest] = texts.map(String)
  const separator = first.includes('\\') ? '\\' : '/'
  return /[\\/]$/.test(first) ? first + rest.join(separator) : [first, ...rest].join(separator)
}
