/** Stores of arrays that the conformance suite is run with. */
import { isDeepStrictEqual } from 'node:util'
import { shared } from '../../../dumpers/shared.js'
import { type ArrayInput, array, toNested } from '../../../src/index.js'
import type { DumperTests, TestRunner } from '../../../src/testing/index.js'
import { fixturesOf } from './fixtures.js'

export const sharedTests: Omit<DumperTests<typeof shared>, keyof TestRunner> = {
  dumper: shared,
  samples: [
    { name: 'no arrays', value: null, expected: {} },
    { name: 'no arrays by name', value: {} },
    {
      name: 'arrays of numbers',
      value: {
        time: new Float64Array([0, 0.1, Number.NaN, -0]),
        voltage: array([-70, -69, -71, -70], [2, 2], 'float32'),
        flags: array([1, 0, 1], [3], 'bool'),
        spectrum: array([1, -1, 0, 2], [2], 'complex128'),
        when: array([0n, -1n], [2], 'datetime64[ns]'),
        ids: new BigInt64Array([2n ** 62n]),
      },
    },
    {
      name: 'arrays without rows, and names with underscores',
      value: {
        none: new Int16Array(0),
        flat: array([], [3, 0, 2], 'uint8'),
        a__b: new Uint8Array([1]),
        a_: new Uint8Array([2]),
        __proto: new Uint8Array([3]),
        'a b.c': new Uint8Array([4]),
        'é 漢字': new Uint8Array([5]),
      },
    },
  ],
  async equals(handle, expected) {
    const found: Record<string, unknown> = {}
    for (const name of await handle.names()) found[name] = plain(await handle.load(name))
    const wanted = Object.entries(expected ?? {}).map(([name, one]) => [name, plain(one as ArrayInput)])
    return isDeepStrictEqual(found, Object.fromEntries(wanted))
  },
  foreign: [undefined, 1, 'a', [], new Uint8Array(1), array([1], [1]), { a: 1 }, { a: null }],
  rejected: [
    1,
    { a: 1 },
    { a: ['text'] },
    { a: array([1], []) },
    { '': new Uint8Array(1) },
    { 'a/b': new Uint8Array(1) },
    { 'a\0b': new Uint8Array(1) },
    { '\ud800': new Uint8Array(1) },
    { ['a'.repeat(250)]: new Uint8Array(1) },
  ],
  fixtures: fixturesOf(shared),
}

function plain(a: ArrayInput): unknown {
  const { shape, dtype } = 'dtype' in a ? (a as { shape: unknown; dtype: unknown }) : array(a as never)
  return { shape, dtype, items: toNested(a) }
}
