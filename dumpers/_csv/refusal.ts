/**
 * Why a CSV text is refused, and where: the line of the file as an editor counts it, the column by number and name.
 */
import { DirdictError } from '../../src/errors.js'

/** Makes the error for what is wrong with a text: CORRUPT_ENTRY for a stored one, VALUE_REJECTED for one to store. */
export type Refuse = (what: string) => DirdictError

export const FILE: string = 'value.csv'

export const refuseStored: Refuse = what =>
  new DirdictError('CORRUPT_ENTRY', `${FILE}${what}.`, { file: FILE, dumper: 'csv' })

export const refuseGiven: Refuse = what =>
  new DirdictError('VALUE_REJECTED', `The CSV text${what}.`, { dumper: 'csv' })

/** `, line 7, column 3 ("rate")`, to which what is wrong is added. */
export function place(line: number, column: number, name: string): string {
  return `, line ${line}, column ${column} (${quoted(name)})`
}

/** A text in an error: cut short. */
export function quoted(text: string): string {
  return text.length <= 60
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, 57))}… (${text.length} characters)`
}
