/**
 * show: displays a value in the notebook that runs it, or prints it where there is none.
 */
import { inspect } from 'node:util'
import { asNDArray } from './ndarray.js'
import { arrayShowing } from './show/array-face.js'
import { isArrowTable } from './show/arrow-types.js'
import { bundleOf, DISPLAY, type MimeBundle } from './show/face.js'
import { kernelDisplay } from './show/kernels.js'
import { printableLines } from './show/printable.js'
import { tableShowing } from './show/table-face.js'

/**
 * Displays a database, an entry, an array, a table or metadata as HTML in the cell that is running, in tslab and in the
 * kernel of Deno; outside of notebooks its text is printed. Arrays and tables of other packages are shown too, and
 * other values as `console.log` shows them. No more is read or shown than fits on a page.
 *
 * In Deno a value as the last expression of a cell is displayed without it; in tslab that gives its text.
 *
 * @example
 * ```ts
 * import { DataBase, show } from 'dirdict'
 *
 * const db = await DataBase.open('study')
 * await show(db)
 * await show(await db.metadata('voltage'))
 * ```
 */
export async function show(value: unknown): Promise<void> {
  const looks = looksOf(value)
  // Not awaited where it need not be: tslab takes what comes after the end of a cell for part of the next one.
  const bundle = looks instanceof Promise ? await looks : looks
  const display = kernelDisplay()
  if (display === undefined) process.stdout.write(`${bundle['text/plain']}\n`)
  else await display(bundle)
}

function looksOf(value: unknown): MimeBundle | Promise<MimeBundle> {
  if (typeof value === 'object' && value !== null) {
    const own: unknown = Reflect.get(value, DISPLAY)
    if (typeof own === 'function') return withText(own.call(value), value)
    if (isArrowTable(value)) return bundleOf(tableShowing, value)
    const array = asNDArray(value)
    if (array !== undefined) return bundleOf(arrayShowing, array)
  }
  return { 'text/plain': textOf(value) }
}

/** Values of other packages may give charts or HTML alone, or a promise of them. */
function withText(given: unknown, value: object): MimeBundle | Promise<MimeBundle> {
  if (given instanceof Promise) return given.then(bundle => withText(bundle, value))
  const bundle: Partial<MimeBundle> = typeof given === 'object' && given !== null ? given : {}
  return { ...bundle, 'text/plain': bundle['text/plain'] ?? textOf(value) }
}

function textOf(value: unknown): string {
  return printableLines(typeof value === 'string' ? value : inspect(value))
}
