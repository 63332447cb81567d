/**
 * What the entries in `fixtures/<dumper>/v<n>/` hold. They have to load for ever: nothing here is ever changed or
 * taken away, a new version of a format adds a directory.
 */
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as builtIn from '../../../dumpers/index.js'
import type { AnyDumper } from '../../../src/index.js'
import type { Fixture } from '../../../src/testing/index.js'
import { TYPED_COLUMNS, tableOf as typedTable } from './arrow-columns.js'
import { CSV_TEXT, NUMBERS, TEXTS, TIMES, tableOf } from './csv-tables.js'
import { ARRAYS, COLUMNS, RECORDS } from './fixture-values.js'
import { TRIALS } from './trials.js'

/** What `fixtures.test.ts` stores where a fixture is missing, by dumper and key. */
export const FIXTURE_VALUES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  json: {
    nothing: null,
    numbers: [0, -1, 0.1, 5e-324, 1.7976931348623157e308],
    nested: { a: [{ b: 'é 漢字 🧠' }], '': {}, flags: [true, false] },
  },
  clone: {
    nothing: undefined,
    numbers: [Number.NaN, -0, Number.POSITIVE_INFINITY, 2n ** 100n],
    containers: new Map<unknown, unknown>([
      ['when', new Date(0)],
      ['set', new Set([1, 'two'])],
      ['trace', new Float64Array([1, -0, Number.NaN])],
      ['pattern', /a+/gi],
    ]),
  },
  text: { empty: '', marked: '\ufeffé 漢字 🧠\r\n' },
  bytes: { empty: new Uint8Array(0), all: Uint8Array.from({ length: 256 }, (_, i) => i) },
  ndarray: { ...ARRAYS, ...RECORDS },
  zarr: { ...ARRAYS, ...RECORDS, attributes: { ...ARRAYS.int32, zattrs: { unit: 'mV', nested: [1, null] } } },
  npz: { unnamed: { arr_0: ARRAYS.float64 }, named: ARRAYS, empty: {} },
  dataframe: { table: COLUMNS },
  partitions: { table: COLUMNS, trials: TRIALS },
  arrow: { columns: COLUMNS, types: typedTable(TYPED_COLUMNS) },
  csv: {
    columns: COLUMNS,
    numbers: tableOf(NUMBERS),
    texts: tableOf(TEXTS),
    times: tableOf(TIMES),
    text: CSV_TEXT,
  },
  pickle: {
    plain: { a: [1, 2.5, 'é 漢字 🧠', null, true, 2n ** 70n], '': {}, pair: Object.freeze([1, 'x']) },
    keyed: new Map<unknown, unknown>([
      [1, new Set(['a'])],
      ['when', new Date(0)],
      ['memory', Uint8Array.of(0, 255)],
    ]),
    arrays: { ...ARRAYS, ...RECORDS },
  },
  folder: { empty: {}, files: { 'a.txt': 'alpha', 'x/b.bin': Uint8Array.of(0, 255) } },
  shared: { empty: {}, arrays: { rows: ARRAYS.float64, flags: ARRAYS.bool, a__b: ARRAYS.complex128 } },
  subdb: { nested: { a: 1, 'b/c': 'two' } },
}

/** Options of `set` for some of them. */
export const FIXTURE_OPTIONS: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  partitions: { trials: { partitionSize: 40, index: 'trial' } },
}

/** Every built-in dumper, by name. */
export const BUILT_IN: ReadonlyMap<string, AnyDumper> = new Map<string, AnyDumper>(Object.entries(builtIn))

/** Directory of a dumper's fixture. */
export function fixtureDirectory(dumper: string, version: number): string {
  return fileURLToPath(new URL(`../../../fixtures/${dumper}/v${version}`, import.meta.url))
}

/** Versions of a dumper's format that have a fixture, ascending; none before the first is written. */
export function versionsOf(dumper: string): readonly number[] {
  const parent = fileURLToPath(new URL(`../../../fixtures/${dumper}`, import.meta.url))
  if (!existsSync(parent)) return []
  const versions = readdirSync(parent).flatMap(name => /^v(\d+)$/.exec(name)?.[1] ?? [])
  return versions.map(Number).sort((a, b) => a - b)
}

/** The fixtures of a dumper in all its versions, for the conformance suite. */
export function fixturesOf<D extends AnyDumper>(dumper: D): readonly Fixture<D>[] {
  const values = Object.entries(FIXTURE_VALUES[dumper.name] ?? {})
  return versionsOf(dumper.name).flatMap(version => {
    const directory = fixtureDirectory(dumper.name, version)
    // An early version may lack what was added later.
    return values
      .filter(([key]) => existsSync(`${directory}/${key}`))
      .map(([key, expected]) => ({ directory, key, expected }))
  })
}
