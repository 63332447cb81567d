/** One entry of `csv` in a directory of its own, without a database around it: its files can be looked at and changed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Table } from 'apache-arrow'
import { afterAll } from 'vitest'
import { type CsvGetOptions, type CsvInput, type CsvSetOptions, csv } from '../../dumpers/csv.js'
import type { LoaderArguments } from '../../src/dumper.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import { isDirdictError } from '../../src/errors.js'

const root = mkdtempSync(join(tmpdir(), 'dirdict-csv-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

export interface CsvEntry {
  /** Path of value.csv. */
  readonly file: string
  readonly text: string
  /** What `dump` left for `load`. */
  readonly args: LoaderArguments
  readonly schema: { readonly fields: readonly Record<string, unknown>[] } & Record<string, unknown>
  load(options?: CsvGetOptions, signal?: AbortSignal): Promise<Table>
  /** Puts another text in the place of the stored one, which has no record of its length and CRC-32 here. */
  replace(text: string | Uint8Array): void
}

export async function storeCsv(
  value: CsvInput,
  options: CsvSetOptions = {},
  signal?: AbortSignal,
): Promise<CsvEntry> {
  const directory = mkdtempSync(join(root, 'entry-'))
  const args =
    (await csv.dump(value, new EntryWriteFolder(directory, 'k', { durable: false, signal }), options)) ?? {}
  const file = join(directory, 'value.csv')
  return {
    file,
    args,
    text: readFileSync(file, 'utf8'),
    schema: JSON.parse(readFileSync(join(directory, 'schema.json'), 'utf8')),
    load: (get = {}, abort) => csv.load(new EntryReadFolder(directory, 'k', { signal: abort }), args, get),
    replace: text => writeFileSync(file, text),
  }
}

/** Code and message of the error that a promise ends with; fails where it ends with a value. */
export async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    if (!isDirdictError(error)) throw error
    return `${error.code}: ${error.message}`
  }
  throw new Error('there was no error')
}
