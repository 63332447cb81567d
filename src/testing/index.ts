/**
 * `dirdict/testing`: the conformance suite that every dumper passes, ours and yours. It works on real directories and
 * needs no particular test runner.
 *
 * @packageDocumentation
 */
import type { AnyDumper } from '../index.js'
import type { DumperTests } from './contract.js'
import { testDamage } from './damage.js'
import type { Suite } from './expectations.js'
import { testLiveHandles } from './live-handles.js'
import { testMissingPackages } from './missing-packages.js'
import { testCheck, testRefusals } from './refusals.js'
import { testParts, testRoundTrip } from './round-trip.js'

export type {
  DumperTests,
  Equals,
  Fixture,
  MadeSample,
  Part,
  Sample,
  StoredSample,
  TestRunner,
} from './contract.js'

/**
 * Defines the tests that a dumper has to pass: every sample comes back, with every option, whole and in parts, also
 * after the database was moved; the same value gives the same bytes; damaged files are CORRUPT_ENTRY; `check` says yes
 * to its own, no to foreign values and never throws; what cannot be held is VALUE_REJECTED and changes nothing on
 * disk; unknown options are OPTION_INVALID; a missing package is MISSING_PACKAGE; old fixtures load. Handles of live
 * dumpers become STALE_HANDLE once their key holds something else.
 *
 * @example
 * ```ts
 * import { describe, it } from 'node:test'
 * import type { Dumper } from 'dirdict'
 * import { testDumper } from 'dirdict/testing'
 *
 * const hex: Dumper<bigint, bigint> = {
 *   name: 'hex',
 *   check: value => typeof value === 'bigint' && value >= 0n,
 *   async dump(value, folder) {
 *     await folder.write('value.hex', Buffer.from(value.toString(16)))
 *     return undefined
 *   },
 *   async load(folder) {
 *     return BigInt(`0x${Buffer.from(await folder.read('value.hex')).toString()}`)
 *   },
 * }
 *
 * testDumper({
 *   describe,
 *   it,
 *   dumper: hex,
 *   samples: [
 *     { name: 'zero', value: 0n },
 *     { name: 'a large number', value: 2n ** 200n },
 *   ],
 *   foreign: [1, '1', -1n],
 * })
 * ```
 */
export function testDumper<D extends AnyDumper>(tests: DumperTests<D>): void {
  const suite: Suite = tests
  suite.describe(`dumper ${suite.dumper.name}`, () => {
    testRoundTrip(suite)
    testCheck(suite)
    testRefusals(suite)
    testMissingPackages(suite)
    if (suite.dumper.live) {
      testLiveHandles(suite)
    } else {
      testParts(suite)
      testDamage(suite)
    }
  })
}
