/**
 * What the tests of the suite have in common: storing a sample, comparing what was loaded, expecting an error code.
 */
import assert from 'node:assert/strict'
import { type AnyDumper, type DataBase, type ErrorCode, isDirdictError } from '../index.js'
import type { DumperTests, Equals, Sample } from './contract.js'

/** The key under which tests store. */
export const KEY = 'sample'

/** The suite's input without the types of the particular dumper. */
export type Suite = DumperTests<AnyDumper>

/** Stores a sample, with further options of the dumper's. */
export async function store(
  db: DataBase,
  key: string,
  dumper: AnyDumper,
  sample: Sample<AnyDumper>,
  options: object = {},
): Promise<void> {
  if ('store' in sample) await sample.store(db, key)
  else await db.set(key, sample.value, dumper, { ...sample.setOptions, ...options })
}

/** Fails where `loaded` is not what the sample says. */
export async function assertLoaded(suite: Suite, sample: Sample<AnyDumper>, loaded: unknown): Promise<void> {
  await assertEqual(sample.equals ?? suite.equals, loaded, expectedOf(sample), sample.name)
}

export async function assertEqual(
  equals: Equals<AnyDumper> | undefined,
  loaded: unknown,
  expected: unknown,
  name: string,
): Promise<void> {
  if (equals === undefined) assert.deepStrictEqual(loaded, expected)
  else assert.ok(await equals(loaded, expected), `${name}: what was loaded is not what was stored`)
}

/** Fails unless `run` fails with `code`. */
export async function assertCode(code: ErrorCode, what: string, run: () => Promise<unknown>): Promise<void> {
  let found: unknown
  try {
    await run()
  } catch (error) {
    if (isDirdictError(error, code)) return
    found = error
  }
  assert.fail(
    `${what}: expected ${code}, but ${found === undefined ? 'it succeeded' : `got ${describe(found)}`}`,
  )
}

function expectedOf(sample: Sample<AnyDumper>): unknown {
  if ('expected' in sample || 'store' in sample) return sample.expected
  return sample.value
}

function describe(error: unknown): string {
  if (isDirdictError(error)) return `${error.code} (${error.message})`
  return error instanceof Error ? String(error.stack) : String(error)
}
