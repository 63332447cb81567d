/**
 * Takes down the cells of tslab, the TypeScript kernel, as they come to be executed. It has no way of its own to ask
 * for them. Used by the hook that is loaded before the kernel, which sees all of them, and by the library, which sees
 * those that come after its first use. The list hangs on the global object: there may be two copies of this package.
 */
import type { CodeCell } from '../../metadata.js'

/** A list that only grows. */
export interface CellList {
  readonly source: 'preload-hook' | 'hook'
  readonly cells: CodeCell[]
}

const LIST = Symbol.for('dirdict.tslab-cells')

/** The list that somebody in this process has begun. */
export function knownCells(): CellList | undefined {
  return Reflect.get(globalThis, LIST) as CellList | undefined
}

/** Begins a list, unless there is one, and follows the kernel that the module `tslab/dist/jupyter.js` exports. */
export function followCells(jupyter: unknown, source: CellList['source']): CellList | undefined {
  const handler = handlerOf(jupyter)
  const execute = handler?.handleExecuteImpl
  if (handler === undefined || execute === undefined) return knownCells()
  const list = knownCells() ?? { source, cells: [] }
  Reflect.set(globalThis, LIST, list)
  handler.handleExecuteImpl = function (this: Handler, request, ...rest) {
    const { execCount } = this
    // Also of a cell that fails: it ran.
    list.cells.push({ n: typeof execCount === 'number' ? execCount + 1 : null, code: String(request.code) })
    return execute.call(this, request, ...rest)
  }
  return list
}

/** What is used of tslab's `JupyterHandlerImpl`. */
interface Handler {
  /** Number of the last cell. */
  readonly execCount?: unknown
  handleExecuteImpl?: (request: { readonly code: unknown }, ...rest: unknown[]) => unknown
}

function handlerOf(jupyter: unknown): Handler | undefined {
  if (typeof jupyter !== 'object' || jupyter === null || !('JupyterHandlerImpl' in jupyter)) return undefined
  const { JupyterHandlerImpl } = jupyter
  return typeof JupyterHandlerImpl === 'function' ? JupyterHandlerImpl.prototype : undefined
}
