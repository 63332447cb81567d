/**
 * Loaded by `node --require` before anything else in a kernel that `dirdict kernel install` has set up: takes down the
 * cells of tslab from the first one on. In any other process it does nothing.
 */
import fs = require('node:fs')
import Module = require('node:module')
import path = require('node:path')
import threads = require('node:worker_threads')

type Load = (module: NodeJS.Module, filename: string) => void

/** What starts the kernel: the program itself, and not what may lie between Jupyter and it. */
function isKernel(): boolean {
  const [, started = '', command] = process.argv
  if (!threads.isMainThread || command !== 'kernel') return false
  const folder = path.dirname(path.dirname(fs.realpathSync(started)))
  return path.basename(folder) === 'tslab'
}

/** A tslab that was installed globally loads the one in the working directory: both are followed. */
function followEveryKernel(): void {
  const extensions: Record<string, Load | undefined> = Reflect.get(Module, '_extensions')
  const load = extensions['.js']
  if (load === undefined) return
  const {
    followCells,
  }: typeof import('../provenance/history/tslab-cells.js') = require('../provenance/history/tslab-cells.js')
  extensions['.js'] = (module, filename) => {
    load(module, filename)
    if (/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(filename)) followCells(module.exports, 'preload-hook')
  }
}

/** What a cell starts is no kernel, and need not load this. */
function leaveEnvironment(): void {
  const others = (process.env.NODE_OPTIONS ?? '').replace(`--require="${__filename}"`, '').trim()
  if (others === '') delete process.env.NODE_OPTIONS
  else process.env.NODE_OPTIONS = others
}

try {
  if (isKernel()) {
    followEveryKernel()
    leaveEnvironment()
  }
} catch (error) {
  // A notebook without a history is better than none.
  process.emitWarning(`dirdict cannot record the cells of this notebook: ${error}`)
}
