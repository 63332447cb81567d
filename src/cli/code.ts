/**
 * The code that ran before a value was stored, printed so that it can be run again: cells under comment lines.
 */
import { type CodeHistory, DirdictError, type Metadata } from '../index.js'
import { printable, printJson, printLine } from './print.js'

/** OPTION_INVALID where none was recorded. */
export function printCode({ key, history }: Metadata, asJson: boolean): void {
  if (history === null) {
    throw new DirdictError('OPTION_INVALID', `No code was recorded with ${JSON.stringify(key)}.`, {
      key,
      option: 'code',
    })
  }
  if (asJson) {
    printJson(history)
    return
  }
  const comment = history.source === 'isf' ? '#' : '//'
  printLine(`${comment} ${historySummary(history)}`)
  for (const { n, code } of history.cells) {
    if (history.cells.length > 1 || n !== null) printLine(`${comment} cell ${n ?? '?'}`)
    // Lines and tabs are those of the code; anything else could steer the terminal.
    printLine(
      linesOf(code)
        .join('\n')
        .replace(/[^\n\t]+/g, printable),
    )
  }
}

/** The lines of a cell, however they end. */
export function linesOf(code: string): string[] {
  return code.replace(/\r?\n$/, '').split(/\r?\n/)
}

/** What kind of code, how it was seen, and whether that is all. */
export function historySummary({ kind, source, complete, cells }: CodeHistory): string {
  const count = cells.length === 1 ? '1 cell' : `${cells.length} cells`
  const seen = source === kind ? '' : `, seen by ${source}`
  return printable(`${kind}${seen}, ${count}, ${complete ? 'complete' : 'not complete'}`)
}
