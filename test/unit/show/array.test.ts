/** Arrays show dtype, shape and their first and last elements, laid out as numpy does. */
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { array, contiguous, reshape, structured, transpose, view } from '../../../src/index.js'
import { shownArray } from '../../../src/ndarray.js'
import { expectSafe, expectSafeHtml, HOSTILE } from './hostile.js'
import { bundleOf, htmlOf } from './looks.js'

const counted = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i)

it('a small array is shown whole', () => {
  expect(inspect(array([1, 2.5, -0]))).toBe('NDArray float64 [3] [  1, 2.5,  -0]')
  expect(inspect(array([1, 20, 3, 4], [2, 2]))).toBe('NDArray float64 [2, 2]\n[[ 1, 20],\n [ 3,  4]]')
  expect(inspect(array([7], []))).toBe('NDArray float64 [] 7')
  expect(inspect(array([], [0, 3]))).toBe('NDArray float64 [0, 3] []')
})

it('of a large one the first and last elements of each axis are shown', () => {
  expect(inspect(array(counted(4000), [1000, 4]))).toBe(
    [
      'NDArray float64 [1000, 4]',
      '[[   0,    1,    2,    3],',
      ' [   4,    5,    6,    7],',
      ' [   8,    9,   10,   11],',
      ' …,',
      ' [3988, 3989, 3990, 3991],',
      ' [3992, 3993, 3994, 3995],',
      ' [3996, 3997, 3998, 3999]]',
    ].join('\n'),
  )
  expect(inspect(array(counted(1000)))).toBe('NDArray float64 [1000] [  0,   1,   2, …, 997, 998, 999]')
})

it('axes beyond two are set apart by blank lines', () => {
  expect(inspect(array(counted(8), [2, 2, 2]))).toBe(
    'NDArray float64 [2, 2, 2]\n[[[0, 1],\n  [2, 3]],\n\n [[4, 5],\n  [6, 7]]]',
  )
})

it('views show what they are views of, whatever their strides', () => {
  const matrix = array(counted(6), [2, 3])
  expect(inspect(view(matrix, [null, [null, null, -1]]))).toContain('[[2, 1, 0],\n [5, 4, 3]]')
  expect(inspect(view(matrix, [1, [0, 3, 2]]))).toBe('NDArray float64 [2] [3, 5]')
  expect(inspect(transpose(matrix))).toContain('[[0, 3],\n [1, 4],\n [2, 5]]')
  expect(inspect(contiguous(transpose(matrix)))).toBe(inspect(transpose(matrix)))
  expect(inspect(reshape(matrix, [3, 2]))).toContain('[[0, 1],\n [2, 3],\n [4, 5]]')
  const broadcast = { ...array([5]), shape: [3], stride: [0] }
  expect(inspect(view(broadcast, ['...']))).toBe('NDArray float64 [3] [5, 5, 5]')
})

it.each([
  ['bool', array([true, false]), '[ true, false]'],
  ['int64', array([1n, -(2n ** 62n)]), '[                   1, -4611686018427387904]'],
  [
    'float16',
    array(new Uint16Array([0x3c00, 0x7c00, 0x7e00]), [3], 'float16'),
    '[       1, Infinity,      NaN]',
  ],
  ['float32', array(new Float32Array([0.1, 1e30])), '[  0.1, 1e+30]'],
  ['complex128', array(new Float64Array([1, 2, 0, -0.5]), [2], 'complex128'), '[  1+2j, 0-0.5j]'],
  ['str', array(['a', 'b"c']), '[   "a", "b\\"c"]'],
  ['bytes', array([Uint8Array.of(65, 0, 255)]), '[b"A\\x00\\xff"]'],
  ['datetime64[D]', array([0n, 18321n, -1n], [3], 'datetime64[D]'), '[1970-01-01, 2020-02-29, 1969-12-31]'],
  ['datetime64[us]', array([-1n], [1], 'datetime64[us]'), '[1969-12-31T23:59:59.999999]'],
  ['datetime64[10Y]', array([1n, -(2n ** 63n)], [2], 'datetime64[10Y]'), '[1980,  NaT]'],
  ['timedelta64[ms]', array([5n, -(2n ** 63n)], [2], 'timedelta64[ms]'), '[5 ms,  NaT]'],
])('elements of %s', (dtype, a, elements) => {
  const text = inspect(a)
  expect(text.startsWith(`NDArray ${dtype} [${a.shape}]`)).toBe(true)
  expect(text.endsWith(elements)).toBe(true)
})

it('records show their fields, and fields that are arrays or records themselves', () => {
  const inner = structured({ x: array([1, 2]) })
  const records = structured({ time: array([0.5, 1]), at: array([1, 2, 3, 4], [2, 2]), inner })
  expect(inspect(records, { breakLength: 200 })).toBe(
    'NDArray struct { time: float64, at: float64 [2], inner: struct } [2] [(0.5, [1, 2], (1)),   (1, [3, 4], (2))]',
  )
  expect(inspect(view(records, [[null, null, -1]]))).toContain('(1, [3, 4], (2)), (0.5, [1, 2], (1))')
  const html = htmlOf(records)
  for (const text of ['time', 'float64', '[1, 2]', '(2)']) expect(html).toContain(`>${text}<`)
})

it('reads no more elements than it shows', () => {
  let reads = 0
  const data = new Proxy(['a'], {
    get(target, name) {
      if (typeof name === 'string' && /^\d+$/.test(name)) reads++
      return Reflect.get(target, Number(name) >= 0 ? '0' : name)
    },
  })
  const shown = { ...array(['a']), shape: [1_000_000, 1000], stride: [1000, 1], data }
  const text = inspect(shownArray(shown))
  expect(text).toContain('"a", "a", "a", …, "a", "a", "a"')
  expect(reads).toBeLessThan(200)
})

it('is bounded in length, whatever the shape', () => {
  const shapes = [
    [2 ** 16],
    [256, 256],
    [40, 40, 41],
    Array(16).fill(2),
    [1, 1, 1, 2 ** 16],
    [2 ** 16, 1],
    [0, 2 ** 30],
  ]
  for (const shape of shapes) {
    const a = array(new Uint8Array(shape.reduce((product, n) => product * n, 1)), shape)
    expect(inspect(a).length, `${shape}`).toBeLessThan(4000)
    expect(htmlOf(a).length, `${shape}`).toBeLessThan(40_000)
  }
  expect(inspect(array(['x'.repeat(2 ** 20)])).length).toBeLessThan(200)
})

it('says so where the memory is gone', () => {
  const a = array([1, 2, 3])
  structuredClone(a.data.buffer, { transfer: [a.data.buffer as ArrayBuffer] })
  expect(inspect(a)).toBe('NDArray float64 [3] (its memory is gone)')
  expectSafeHtml(htmlOf(a))
})

it('escapes strings, bytes and names of fields', () => {
  const strings = array([...HOSTILE])
  const bytes = array(HOSTILE.map(text => Buffer.from(text)))
  const records = structured(HOSTILE.map((text, i) => [text + i, array([text])] as const))
  for (const a of [strings, reshape(strings, [1, -1]), bytes, records, array([HOSTILE[0] ?? ''], [])]) {
    expectSafe(inspect(a))
    expectSafeHtml(htmlOf(a))
    expect(htmlOf(a)).toBe((a as unknown as { _toHtml(): string })._toHtml())
  }
})

it('as HTML, a matrix is a table with the first and last rows and columns', () => {
  const html = htmlOf(array(counted(40_000), [200, 200]))
  expect(html).toContain('<strong>NDArray float64 [200, 200]</strong>')
  expect(html.match(/<tr>/g)).toHaveLength(12)
  for (const element of [0, 4, 199, 39_999]) expect(html).toContain(`>${element}</td>`)
  expect(html).not.toContain('>5</td>')
  expect(bundleOf(array([1]))['text/plain']).toBe('NDArray float64 [1] [1]')
})
