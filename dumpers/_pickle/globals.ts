/**
 * The allow-list: every name that a pickle may mention, and what it stands for. Names are looked up here and nowhere else.
 */
import { type Builder, Global, type Globals, nameOf } from './builder.js'
import { NUMPY_GLOBALS } from './numpy/globals.js'
import { PANDAS_GLOBALS } from './pandas/globals.js'
import { PYTHON_GLOBALS } from './python/globals.js'
import type { Reading } from './reading.js'

const ALLOWED: Globals = new Map<string, Builder>([...PYTHON_GLOBALS, ...NUMPY_GLOBALS, ...PANDAS_GLOBALS])

/** The name that a stream mentions. UNSUPPORTED_FORMAT, saying which, for any that is not on the list. */
export function globalOf(module: string, attribute: string, reading: Reading): Global {
  const builder = ALLOWED.get(nameOf(module, attribute))
  if (builder === undefined) throw reading.unsupported(`a ${module}.${attribute}`)
  return new Global(module, attribute, builder)
}
