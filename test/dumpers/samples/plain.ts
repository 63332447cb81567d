/** Values that the conformance suite is run with: plain ones, texts and bytes. */
import { isDeepStrictEqual } from 'node:util'
import { bytes } from '../../../dumpers/bytes.js'
import { clone } from '../../../dumpers/clone.js'
import { json } from '../../../dumpers/json.js'
import { text } from '../../../dumpers/text.js'
import type { DumperTests, TestRunner } from '../../../src/testing/index.js'
import { fixturesOf } from './fixtures.js'

type Tests<D extends Parameters<typeof fixturesOf>[0]> = Omit<DumperTests<D>, keyof TestRunner>

class Neuron {
  readonly name = 'L5tt'
}

const cyclic: { self?: unknown } = {}
cyclic.self = cyclic
const shared = { a: 1 }
const error = new RangeError('out of range', { cause: new Error('why') })

function nested(levels: number): unknown[] {
  let value: unknown[] = []
  for (let level = 1; level < levels; level++) value = [value]
  return value
}

/** The same bytes on each run. */
export function pseudoRandom(length: number): Uint8Array {
  let state = 1
  return Uint8Array.from({ length }, () => {
    state = (state * 48271) % 2147483647
    return state & 255
  })
}

export const jsonTests: Tests<typeof json> = {
  dumper: json,
  samples: [
    { name: 'null', value: null },
    { name: 'true', value: true },
    { name: 'false', value: false },
    { name: 'zero', value: 0 },
    {
      name: 'the extremes of numbers',
      value: [5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1],
    },
    { name: 'whole numbers beyond 2^53', value: [2 ** 53, 2 ** 64, -(2 ** 53)] },
    { name: 'an empty string', value: '' },
    { name: 'text of all planes', value: 'a\u0000\u001f"\\/ é 漢字 🧠 \u2028\u2029\ufeff' },
    { name: 'half a surrogate pair', value: '\ud800 and \udc00' },
    { name: 'an empty array', value: [] },
    { name: 'an empty object', value: {} },
    { name: 'nesting of 1,000 levels', value: nested(1000) },
    { name: 'an object with a member __proto__', value: JSON.parse('{"__proto__":{"a":1},"b":2}') },
    {
      name: 'names like those of Object.prototype',
      value: { constructor: 1, toString: 2, hasOwnProperty: 3 },
    },
    { name: 'an empty name', value: { '': { ' ': 1 } } },
    { name: 'integer-like names', value: { 10: 'a', 2: 'b', name: 'c' } },
    {
      name: 'an object without a prototype',
      value: Object.assign(Object.create(null), { a: 1 }),
      expected: { a: 1 },
    },
    { name: 'the same object twice', value: [shared, shared] },
    { name: '200,000 numbers', value: Array.from({ length: 200_000 }, (_, i) => i / 7) },
    { name: '10,000 members', value: Object.fromEntries(pseudoRandom(10_000).entries()) },
  ],
  foreign: [
    undefined,
    Number.NaN,
    -0,
    1n,
    new Date(0),
    new Map(),
    new Uint8Array(2),
    [undefined],
    new Neuron(),
  ],
  rejected: [
    undefined,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    -0,
    1n,
    Symbol('s'),
    () => 1,
    new Date(0),
    new Map([[1, 2]]),
    new Neuron(),
    Array(2),
    Object.assign([1], { unit: 'mV' }),
    { toJSON: () => 1 },
    { [Symbol('s')]: 1 },
    { a: [{ b: undefined }] },
    cyclic,
    nested(100_000),
  ],
  fixtures: fixturesOf(json),
}

export const cloneTests: Tests<typeof clone> = {
  dumper: clone,
  samples: [
    { name: 'undefined', value: undefined },
    { name: 'null', value: null },
    { name: 'numbers that JSON has not', value: [Number.NaN, -0, Number.POSITIVE_INFINITY, -Infinity] },
    { name: 'bigints', value: [0n, -1n, 2n ** 64n, -(10n ** 100n)] },
    { name: 'text of all planes', value: ['', 'é', '漢字 🧠', '\ud800'] },
    {
      name: 'a Map in order',
      value: new Map<unknown, unknown>([
        ['b', 1],
        ['a', new Map([[{}, 2]])],
        [Number.NaN, 3],
      ]),
    },
    { name: 'a Set in order', value: new Set([3, 1, 'x', new Set()]) },
    { name: 'dates', value: [new Date(0), new Date(-1), new Date(8.64e15)] },
    {
      name: 'an invalid date',
      value: new Date(Number.NaN),
      equals: loaded => loaded instanceof Date && Number.isNaN(loaded.getTime()),
    },
    { name: 'regular expressions', value: [/a+b/giu, /(?<year>\d{4})/s] },
    { name: 'boxed primitives', value: [new Number(1), new String('s'), new Boolean(false)] },
    { name: 'an array with holes', value: Object.assign(Array(4), { 0: 1, 3: undefined }) },
    { name: 'a long sparse array', value: Object.assign([], { 0: 1, 50000: 2 }) },
    {
      name: 'typed arrays of all kinds',
      value: [
        new Int8Array([-1]),
        new Uint8ClampedArray([255]),
        new Uint16Array([1, 2]),
        new Int32Array([-5]),
        new Float32Array([0.5]),
        new Float64Array([Number.NaN, -0]),
        new BigInt64Array([-1n]),
        new BigUint64Array([2n ** 64n - 1n]),
      ],
    },
    { name: 'memory', value: new Uint8Array([1, 2, 3]).buffer },
    {
      name: 'a part of a larger memory',
      value: { a: new Float64Array(new Float64Array([1, 2, 3, 4]).buffer, 8, 2) },
    },
    {
      name: 'a value that is part of itself',
      value: cyclic,
      equals: loaded =>
        typeof loaded === 'object' && loaded !== null && 'self' in loaded && loaded.self === loaded,
    },
    {
      name: 'the same object twice',
      value: [shared, shared],
      equals: loaded =>
        Array.isArray(loaded) && loaded[0] === loaded[1] && isDeepStrictEqual(loaded[0], shared),
    },
    {
      name: 'an error with its cause',
      value: error,
      equals: loaded =>
        loaded instanceof RangeError &&
        loaded.message === error.message &&
        loaded.cause instanceof Error &&
        loaded.cause.message === 'why',
    },
    { name: 'an object with a member __proto__', value: JSON.parse('{"__proto__":{"a":1},"b":2}') },
    { name: 'nesting of 1,000 levels', value: nested(1000) },
    { name: 'a megabyte', value: new Map([['noise', pseudoRandom(2 ** 20)]]) },
  ],
  foreign: [() => 1, Symbol('s'), Promise.resolve(1), new Neuron(), new WeakMap(), [new Neuron()]],
  rejected: [
    () => 1,
    Symbol('s'),
    Promise.resolve(1),
    new Neuron(),
    new WeakMap(),
    new SharedArrayBuffer(8),
    new Proxy({}, {}),
    { a: new Map([[1, () => 1]]) },
    new Map([[() => 1, 1]]),
    new Set([Symbol('s')]),
    new Error('outer', { cause: () => 1 }),
    { [Symbol('s')]: 1 },
    nested(100_000),
  ],
  fixtures: fixturesOf(clone),
}

export const textTests: Tests<typeof text> = {
  dumper: text,
  samples: [
    { name: 'nothing', value: '' },
    { name: 'a line', value: 'voltage\n' },
    { name: 'a byte order mark', value: '\ufeffa\ufeff' },
    { name: 'nothing but a byte order mark', value: '\ufeff' },
    { name: 'text of all planes', value: 'é 漢字 🧠 👩‍🔬 \u0000\r\n\r' },
    { name: 'text that normalisation would change', value: 'e\u0301 \u00e9 \u212b' },
    { name: 'a megabyte', value: 'ä0123456'.repeat(2 ** 17) },
  ],
  foreign: [null, 1, new String('a'), ['a'], Buffer.from('a'), '\ud800', 'a\udc00b'],
  rejected: [null, 1, new String('a'), '\ud800', 'a\udc00b', '\udc00\ud800'],
  fixtures: fixturesOf(text),
}

export const bytesTests: Tests<typeof bytes> = {
  dumper: bytes,
  samples: [
    { name: 'nothing', value: new Uint8Array(0) },
    { name: 'one byte', value: Uint8Array.of(255) },
    { name: 'a Buffer', value: Buffer.from('abc'), expected: Uint8Array.of(97, 98, 99) },
    { name: 'a part of a larger memory', value: pseudoRandom(100).subarray(7, 93) },
    { name: 'five megabytes', value: pseudoRandom(5 * 2 ** 20) },
  ],
  foreign: [null, '', [1, 2], new Uint16Array(2), new ArrayBuffer(2), new DataView(new ArrayBuffer(2))],
  rejected: [null, 'abc', [1, 2], new Uint16Array(2), new ArrayBuffer(2)],
  fixtures: fixturesOf(bytes),
}
