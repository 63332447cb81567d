/** Values that the conformance suite is run with: every kind that Python has a form for, and a frame that pandas wrote. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { crc32 } from 'node:zlib'

import { array, type DataBase, pickle, structured } from '../../../src/index.js'
import type { DumperTests, TestRunner } from '../../../src/testing/index.js'
import { ARRAYS, RECORDS } from './fixture-values.js'
import { fixturesOf } from './fixtures.js'
import { pseudoRandom } from './plain.js'

const FILE = 'to_pickle_dump'

/** `pd.DataFrame({'x': [1.5, 2.5], 'label': ['a', 'b']}, index=pd.Index([10, 20], name='cell'))`, pandas 1.5.3, protocol 4. */
const FRAME = [
  'gASVFgMAAAAAAACMEXBhbmRhcy5jb3JlLmZyYW1llIwJRGF0YUZyYW1llJOUKYGUfZQojARfbWdylIwecGFuZGFzLmNvcmUu',
  'aW50ZXJuYWxzLm1hbmFnZXJzlIwMQmxvY2tNYW5hZ2VylJOUjBZwYW5kYXMuX2xpYnMuaW50ZXJuYWxzlIwPX3VucGlja2xl',
  'X2Jsb2NrlJOUjBVudW1weS5jb3JlLm11bHRpYXJyYXmUjAxfcmVjb25zdHJ1Y3SUk5SMBW51bXB5lIwHbmRhcnJheZSTlEsA',
  'hZRDAWKUh5RSlChLAUsBSwKGlGgPjAVkdHlwZZSTlIwCZjiUiYiHlFKUKEsDjAE8lE5OTkr/////Sv////9LAHSUYolDEAAA',
  'AAAAAPg/AAAAAAAABECUdJRijAhidWlsdGluc5SMBXNsaWNllJOUSwBLAUsBh5RSlEsCh5RSlGgLaA5oEUsAhZRoE4eUUpQo',
  'SwFLAUsChpRoGIwCTziUiYiHlFKUKEsDjAF8lE5OTkr/////Sv////9LP3SUYoldlCiMAWGUjAFilGV0lGJoIksBSwJLAYeU',
  'UpRLAoeUUpSGlF2UKIwYcGFuZGFzLmNvcmUuaW5kZXhlcy5iYXNllIwKX25ld19JbmRleJSTlGg6jAVJbmRleJSTlH2UKIwE',
  'ZGF0YZRoDmgRSwCFlGgTh5RSlChLAUsChZRoLYldlCiMAXiUjAVsYWJlbJRldJRijARuYW1llE51hpRSlGg8jBtwYW5kYXMu',
  'Y29yZS5pbmRleGVzLm51bWVyaWOUjApJbnQ2NEluZGV4lJOUfZQoaEBoDmgRSwCFlGgTh5RSlChLAUsChZRoGIwCaTiUiYiH',
  'lFKUKEsDaBxOTk5K/////0r/////SwB0lGKJQxAKAAAAAAAAABQAAAAAAAAAlHSUYmhJjARjZWxslHWGlFKUZYaUUpSMBF90',
  'eXCUjAlkYXRhZnJhbWWUjAlfbWV0YWRhdGGUXZSMBWF0dHJzlH2UjAZfZmxhZ3OUfZSMF2FsbG93c19kdXBsaWNhdGVfbGFi',
  'ZWxzlIhzdWIu',
].join('')

const cyclic: unknown[] = [1]
cyclic.push(cyclic, { cyclic })
const shared = { a: [1.5] }

function nested(levels: number): unknown[] {
  let value: unknown[] = []
  for (let level = 1; level < levels; level++) value = [value]
  return value
}

/** A tuple, with tuples in it. */
export function tuple(...items: readonly unknown[]): readonly unknown[] {
  return Object.freeze([...items])
}

async function storeFrame(db: DataBase, key: string): Promise<void> {
  await db.set(key, null, pickle)
  const bytes = Buffer.from(FRAME, 'base64')
  const path = join(db.path(key), 'dirdict.json')
  const record: object = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(join(db.path(key), FILE), bytes)
  const files = [{ name: FILE, bytes: bytes.length, crc32: crc32(bytes) }]
  writeFileSync(path, JSON.stringify({ ...record, files }))
}

/** Tables by what `String` says of their rows, all else strictly. */
function isSame(loaded: unknown, expected: unknown): boolean {
  const isTable = typeof loaded === 'object' && loaded !== null && 'numRows' in loaded
  return isTable ? String(loaded) === expected : isDeepStrictEqual(loaded, expected)
}

export const pickleTests: Omit<DumperTests<typeof pickle>, keyof TestRunner> = {
  dumper: pickle,
  module: new URL('../../../dist/dumpers/pickle.js', import.meta.url).href,
  samples: [
    {
      name: 'a frame of pandas',
      store: storeFrame,
      expected: '[\n  {"x": 1.5, "label": "a", "cell": 10},\n  {"x": 2.5, "label": "b", "cell": 20}\n]',
    },
    { name: 'null', value: null },
    { name: 'booleans', value: [true, false] },
    {
      name: 'whole numbers',
      value: [0, 1, -1, 255, 256, 65535, 65536, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, -(2 ** 53) + 1],
    },
    {
      name: 'floats',
      value: [0.1, -0, 5e-324, 1e300, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, -Infinity],
    },
    { name: 'bigints', value: [2n ** 63n, -(2n ** 63n), 2n ** 64n, -(2n ** 2048n), 10n ** 1000n] },
    { name: 'a small bigint', value: 5n, expected: 5 },
    {
      name: 'text of all planes',
      value: ['', 'a\u0000\n\\"', 'é 漢字 🧠', '\ud800', 'x\udc00\ud800y', '\ufffd', 'long'.repeat(9999)],
    },
    { name: 'bytes', value: [new Uint8Array(0), Uint8Array.of(0, 255), pseudoRandom(70_000)] },
    { name: 'a part of a Buffer', value: Buffer.from('abc').subarray(1), expected: Uint8Array.of(98, 99) },
    { name: 'an empty list', value: [] },
    { name: 'an empty object', value: {} },
    {
      name: 'an object without a prototype',
      value: Object.assign(Object.create(null), { a: 1 }),
      expected: { a: 1 },
    },
    {
      name: 'names like those of Object.prototype',
      value: JSON.parse('{"__proto__": {"a": 1}, "constructor": 2, "": 3, "7": 4}'),
    },
    { name: '3,000 members', value: Object.fromEntries(pseudoRandom(3000).entries()) },
    {
      name: '3,000 objects of the same names',
      value: Array.from({ length: 3000 }, (_, i) => ({ id: i, name: `n${i}` })),
    },
    {
      name: 'a Map in order',
      value: new Map<unknown, unknown>([
        [2, 'b'],
        [1.5, 'a'],
        [null, new Map([[1, 2]])],
        [tuple(1, 'x'), 0],
      ]),
      equals: (loaded, expected) =>
        String([...(loaded as Map<unknown, unknown>)]) === String([...(expected as Map<unknown, unknown>)]),
    },
    { name: 'sets', value: [new Set([3, 1, 'x']), new Set(), Object.freeze(new Set([1]))] },
    {
      name: 'tuples',
      value: tuple(1, tuple(), [tuple('a', null)]),
      equals: (loaded, expected) => isDeepStrictEqual(loaded, expected) && Object.isFrozen(loaded),
    },
    {
      name: 'dates',
      value: [
        new Date(0),
        new Date(-1),
        new Date('0001-01-01T00:00:00Z'),
        new Date('9999-12-31T23:59:59.999Z'),
      ],
    },
    { name: 'an array of every dtype', value: { ...ARRAYS, ...RECORDS } },
    { name: 'a typed array', value: [Float32Array.of(0.5)], expected: [array(Float32Array.of(0.5))] },
    {
      name: 'views',
      value: [
        { data: Float64Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2], stride: [1, 3], offset: 0 },
        { data: Int8Array.of(1, 2, 3), shape: [3], stride: [-1], offset: 2 },
      ],
      expected: [array([1, 4, 2, 5, 3, 6], [3, 2]), array(Int8Array.of(3, 2, 1))],
    },
    {
      name: 'one array, which is most of the file',
      value: structured({ t: Float64Array.from({ length: 9000 }, (_, i) => i / 7) }),
    },
    { name: 'a megabyte', value: array(pseudoRandom(2 ** 20), [2 ** 10, 2 ** 10]) },
    {
      name: 'a value that is part of itself',
      value: cyclic,
      equals: loaded => Array.isArray(loaded) && loaded[1] === loaded && loaded[2].cyclic === loaded,
    },
    {
      name: 'the same object twice',
      value: [shared, shared],
      equals: (loaded, expected) =>
        isDeepStrictEqual(loaded, expected) && Array.isArray(loaded) && loaded[0] === loaded[1],
    },
    { name: 'nesting of 1,000 levels', value: nested(1000) },
  ],
  equals: isSame,
  foreign: [
    undefined,
    () => 1,
    Symbol('s'),
    /a/,
    new Error('no'),
    new WeakMap(),
    Promise.resolve(1),
    new ArrayBuffer(2),
    new Date(Number.NaN),
    [new (class Neuron {})()],
  ],
  rejected: [
    undefined,
    { a: [1, { b: undefined }] },
    () => 1,
    Symbol('s'),
    /a/,
    new Error('no'),
    new DataView(new ArrayBuffer(2)),
    new Date(Number.NaN),
    new Date('-000001-01-01T00:00:00Z'),
    new Date('+010000-01-01T00:00:00Z'),
    Array(2),
    Object.assign([1], { unit: 'mV' }),
    new (class Neuron {})(),
    new (class extends Map {})(),
    new Map([[[1], 2]]),
    new Map<unknown, unknown>([
      [1, 'a'],
      [true, 'b'],
    ]),
    new Set([tuple(1), tuple(1)]),
    new Set([new Set()]),
    { [Symbol('s')]: 1 },
    { data: Uint8Array.of(2), shape: [1], dtype: 'bool' },
    ['ends in NUL\0'].map(text => ({ data: [text], shape: [1] })),
    new Proxy({}, {}),
    nested(100_000),
  ],
  fixtures: fixturesOf(pickle),
}
