/** A face is seen by whoever asks for it and by nobody else, and never throws. */
import { deepStrictEqual } from 'node:assert'
import { inspect } from 'node:util'
import { beforeEach, expect, it } from 'vitest'
import {
  array,
  clone,
  contiguous,
  DataBase,
  dataframe,
  get,
  json,
  type NDArray,
  ndarray,
  npz,
  toNested,
} from '../../../src/index.js'
import { faceOf, wear } from '../../../src/show/face.js'
import { scratch } from '../scratch.js'
import { expectSafe, expectSafeHtml } from './hostile.js'
import { bundleOf, htmlOf } from './looks.js'

const folder = scratch()
let db: DataBase
let number = 0

beforeEach(async () => {
  db = await DataBase.open(`${folder}/${number++}`, { durability: 'relaxed' })
})

it('an array stays the plain object that it is', async () => {
  await db.set('x', array([1, 2]), ndarray)
  const plain = { data: Float64Array.of(1, 2), shape: [2], stride: [1], offset: 0, dtype: 'float64' }
  for (const a of [await db.get('x', ndarray), array([1, 2])]) {
    expect(a).toEqual(plain)
    expect(a).toStrictEqual(plain)
    deepStrictEqual(a, plain)
    expect(Object.keys(a).sort()).toEqual(Object.keys(plain).sort())
    expect(Reflect.ownKeys({ ...a })).toEqual(Object.keys(a))
    expect(JSON.parse(JSON.stringify(a))).toEqual(JSON.parse(JSON.stringify(plain)))
    expect(Reflect.ownKeys(structuredClone(a))).toEqual(Object.keys(a))
    expect(Object.getPrototypeOf(a)).toBe(Object.prototype)
  }
})

it('what was got is stored again, alone and inside of other values', async () => {
  await db.set('x', array([1, 2]), ndarray)
  const x = await db.get('x', ndarray)
  await db.set('again', x)
  expect(await db.get('again', ndarray)).toEqual(x)
  await db.set('inside', { x, of: await db.metadata('x') })
  expect(await db.get('inside', clone)).toEqual({ x, of: await db.metadata('x') })
  await db.set('several', { x, y: array([3]) }, npz)
  expect(inspect(await db.get('several', npz))).toContain('x: NDArray float64 [2] [1, 2]')
})

it('members that are named by symbols and can be listed are refused as before', async () => {
  const value = { a: 1, [Symbol('mine')]: 2 }
  await expect(db.set('x', value, json)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
  await expect(db.set('x', value, clone)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
})

it('metadata and entries stay what they are', async () => {
  await db.set('x', 1)
  const metadata = await db.metadata('x')
  expect(Object.getOwnPropertySymbols({ ...metadata })).toEqual([])
  expect(JSON.parse(JSON.stringify(metadata))).toMatchObject({ key: 'x', dumper: 'json' })
  const [entry] = await db.entries()
  expect(Object.keys(entry ?? {})).toEqual(['key', 'dumper', 'path', 'metadata', 'files', 'get'])
})

it('plain values, and arrays of other packages, get none', async () => {
  await db.set('plain', { data: [1], shape: [1], stride: [1], offset: 0, dtype: 'float64' }, json)
  expect(Reflect.ownKeys((await db.get('plain', json)) as object)).toHaveLength(5)
  const scijs = { data: Float64Array.of(1), shape: [1], stride: [1], offset: 0, dtype: 'float64' } as const
  await db.set('scijs', scijs)
  expect(get(scijs, 0)).toBe(1)
  expect(toNested(scijs)).toEqual([1])
  expect(contiguous(scijs)).toBe(scijs)
  expect(Reflect.ownKeys(scijs)).toHaveLength(5)
})

it('every format whose values have one has it, however it is read', async () => {
  await db.set('array', array([1]), ndarray)
  await db.set('table', [{ a: 1 }], dataframe)
  const lazy = await db.get('array', ndarray.lazy)
  expect(inspect(lazy)).toBe('LazyArray float64 [1]')
  expect(inspect(await lazy.read())).toBe('NDArray float64 [1] [1]')
  await lazy.close()
  expectSafeHtml(htmlOf(lazy))
  expect(inspect(await db.get('array'))).toMatch(/^NDArray/)
  expect(inspect(await db.getOr('table', null))).toMatch(/^Table/)
  await db.update<typeof ndarray>(
    'array',
    (value: NDArray | undefined) => {
      expect(inspect(value)).toMatch(/^NDArray/)
      return array([2])
    },
    ndarray,
  )
  expect(inspect(await db.maybeCalculate('array', () => array([3]), ndarray))).toBe('NDArray float64 [1] [2]')
})

it('inspect gives a title in depth and as a member, and colours where they are asked for', () => {
  const a = array(new Float64Array(400), [100, 4])
  expect(inspect({ a })).toBe('{ a: NDArray float64 [100, 4] }')
  expect(inspect({ b: { a } }, { depth: 0 })).toBe('{ b: [Object] }')
  expect(inspect({ a }, { depth: 0 })).toBe('{ a: [NDArray float64 [100, 4]] }')
  expect(inspect({ a: array([1]) })).toBe('{ a: NDArray float64 [1] [1] }')
  expect(inspect(a)).toContain('…')
  expect(inspect(array([1]), { colors: true })).toBe('\u001b[36mNDArray float64 [1]\u001b[39m [1]')
  expect(inspect(a, { depth: Number.POSITIVE_INFINITY })).toContain('…')
})

it('never throws, whatever happens to the value', () => {
  const face = faceOf<object>({
    kind: 'Thing',
    title: () => 'Thing',
    text() {
      throw new Error('broken \u001b[31m<b>')
    },
    html() {
      throw 'no error at all'
    },
  })
  const thing = wear({}, face)
  expect(inspect(thing)).toBe('Thing (cannot be shown: broken \\u001b[31m<b>)')
  expectSafe(inspect(thing))
  expect(bundleOf(thing)['text/plain']).toBe(inspect(thing))
  expect(htmlOf(thing)).toContain('Thing (cannot be shown: no error at all)')
  expectSafeHtml(htmlOf(thing))
  for (const broken of [
    { shape: undefined, dtype: 1 },
    { fields: 1 },
    { stride: null },
    { data: null },
    { shape: [2 ** 40] },
    { dtype: '<b>\u001b' },
  ]) {
    const a = Object.assign(array([1, 2, 3]), broken)
    for (const shown of [inspect(a), String(a)]) expectSafe(shown)
    expectSafeHtml(htmlOf(a))
  }
})

it('frozen values are left alone', () => {
  expect(
    Reflect.ownKeys(
      wear(Object.freeze({}), faceOf({ kind: '', title: () => '', text: () => '', html: () => '' })),
    ),
  ).toEqual([])
})
