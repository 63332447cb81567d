/**
 * What `testDumper` is told: the dumper, values for it, and the test functions of whatever runner is used.
 */
import type { AnyDumper, DataBase, GetOptionsOf, InputOf, Loaded, SetOptionsOf } from '../index.js'

/** The two functions of a test runner that are needed; Vitest, Jest, Mocha and `node:test` have them so. */
export interface TestRunner {
  describe(name: string, define: () => void): unknown
  it(name: string, run: () => Promise<void>): unknown
}

/** How a loaded value is compared. False, or anything thrown, is a failure. */
export type Equals<D extends AnyDumper> = (loaded: Loaded<D>, expected: unknown) => boolean | Promise<boolean>

interface AnySample<D extends AnyDumper> {
  readonly name: string
  /** Passed to `equals`. @default the value that was stored */
  readonly expected?: unknown
  /** @default that of the suite */
  readonly equals?: Equals<D>
}

/** A value that `db.set` stores. */
export interface StoredSample<D extends AnyDumper> extends AnySample<D> {
  readonly value: InputOf<D>
  /** Options of the dumper for this value. @default none */
  readonly setOptions?: SetOptionsOf<D>
}

/** An entry that comes into being otherwise than by `db.set`; nested databases do. */
export interface MadeSample<D extends AnyDumper> extends AnySample<D> {
  store(db: DataBase, key: string): Promise<void>
}

export type Sample<D extends AnyDumper> = StoredSample<D> | MadeSample<D>

/** A way of reading less than the whole. */
export interface Part<D extends AnyDumper> {
  readonly name: string
  readonly options: GetOptionsOf<D>
  /**
   * What these options have to give, cut out of the whole value. `undefined` where the value has no such part:
   * `get` has to fail with OPTION_INVALID then.
   */
  cut(whole: Loaded<D>): Loaded<D> | undefined
}

/** An entry on disk, written by an earlier version, that has to load for ever. */
export interface Fixture<D extends AnyDumper> {
  /** Directory of the database. */
  readonly directory: string
  readonly key: string
  readonly expected: unknown
  /** @default that of the suite */
  readonly equals?: Equals<D>
}

/** Everything that `testDumper` needs to know. */
export interface DumperTests<D extends AnyDumper> extends TestRunner {
  readonly dumper: D
  /** Values that the dumper stores; the more kinds, the better. */
  readonly samples: readonly Sample<D>[]
  /** Values that `check` has to refuse. @default none */
  readonly foreign?: readonly unknown[]
  /** Values that `set` with this dumper has to refuse with VALUE_REJECTED, leaving the disk as it was. @default none */
  readonly rejected?: readonly unknown[]
  /** Further options that every sample is stored with; the value that comes back is the same. @default none */
  readonly setVariants?: readonly SetOptionsOf<D>[]
  /** @default none */
  readonly parts?: readonly Part<D>[]
  /** @default none */
  readonly fixtures?: readonly Fixture<D>[]
  /** @default `assert.deepStrictEqual` */
  readonly equals?: Equals<D>
  /**
   * URL of a module, as Node.js runs it, that exports the dumper. Needed where the dumper has `requires`: a process of
   * its own loads it there without these packages.
   */
  readonly module?: string
}
