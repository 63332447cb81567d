/**
 * The notebook kernels that can be told to display something. Each is found by what it has loaded into the process.
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { DISPLAY, type MimeBundle } from './face.js'

/** Displays a value in the cell that is running. */
export type Display = (bundle: MimeBundle) => unknown

const TSLAB = /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/
const require = createRequire(import.meta.url)

/** How the kernel that this process is displays things; undefined outside of notebooks. */
export function kernelDisplay(): Display | undefined {
  return tslabDisplay() ?? denoDisplay()
}

/** tslab: the module that its users import for `display` lies beside the one by which the kernel that runs talks to Jupyter. */
function tslabDisplay(): Display | undefined {
  const kernel = Object.keys(require.cache).find(path => TSLAB.test(path) && isRunning(path))
  if (kernel === undefined) return undefined
  const display = memberOf(require(join(dirname(kernel), 'public.js')), 'display')
  const [html, text] = [memberOf(display, 'html'), memberOf(display, 'text')]
  if (typeof html !== 'function' || typeof text !== 'function') return undefined
  return bundle => {
    const rich = bundle['text/html']
    return rich === undefined ? text.call(display, bundle['text/plain']) : html.call(display, rich)
  }
}

/** A tslab that was installed globally has loaded a second one, which runs in its place. */
function isRunning(path: string): boolean {
  return typeof memberOf(require.cache[path]?.exports, 'lastWriteDisplayData') === 'function'
}

function denoDisplay(): Display | undefined {
  const jupyter = denoJupyter()
  const display = memberOf(jupyter, 'display')
  if (typeof display !== 'function') return undefined
  return bundle => display.call(jupyter, { [DISPLAY]: () => bundle })
}

/** Outside of its kernel Deno has the name, but throws where it is looked at. */
function denoJupyter(): unknown {
  try {
    return memberOf(memberOf(globalThis, 'Deno'), 'jupyter')
  } catch {
    return undefined
  }
}

function memberOf(value: unknown, name: string): unknown {
  const holds = (typeof value === 'object' && value !== null) || typeof value === 'function'
  return holds ? Reflect.get(value, name) : undefined
}
