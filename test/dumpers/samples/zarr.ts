/** Arrays in chunks that the conformance suite is run with. */
import {
  array,
  contiguous,
  type DataBase,
  isDirdictError,
  type NDArray,
  type Slice,
  type SliceItem,
  structured,
  view,
  type ZarrArray,
  zarr,
} from '../../../src/index.js'
import type { DumperTests, Part, Sample, TestRunner } from '../../../src/testing/index.js'
import { ARRAYS, RECORDS } from './fixture-values.js'
import { fixturesOf } from './fixtures.js'
import { pseudoRandom } from './plain.js'

const grid = Float64Array.from({ length: 12 }, (_, i) => i)
const large = new Float64Array(pseudoRandom(2 ** 21).buffer)
const { scalar: _scalar, empty: _empty, ...filled } = ARRAYS

const samples: readonly Sample<typeof zarr>[] = [
  {
    name: 'an array that Python compressed by zstd',
    store: storeZstd,
    expected: array(
      Int32Array.from({ length: 12 }, (_, i) => i),
      [3, 4],
    ),
  },
  ...Object.entries({ ...filled, ...RECORDS }).map(([name, value]) => ({ name: `an array ${name}`, value })),
  { name: 'a single number', value: array([42], []) },
  { name: 'no rows', value: array(new Int32Array(0), [0]) },
  { name: 'rows of no elements', value: array(new Int32Array(0), [3, 0, 2]) },
  { name: 'a typed array alone', value: Int16Array.of(1, 2), expected: array(Int16Array.of(1, 2)) },
  { name: 'five axes', value: array(grid, [1, 2, 3, 2, 1]) },
  {
    name: 'a view that runs backwards, with gaps',
    value: { data: grid, shape: [3], stride: [-4], offset: 9, dtype: 'float64' },
    expected: array([9, 5, 1]),
  },
  { name: 'two megabytes', value: array(large, [2 ** 17, 2]) },
  {
    name: 'attributes',
    value: { ...array(grid, [3, 4]), zattrs: { unit: 'mV', größe: [1, null, { a: true }] } },
  },
  {
    name: 'attributes as an option',
    value: array(grid),
    setOptions: { zattrs: { unit: 'ms' } },
    expected: { ...array(grid), zattrs: { unit: 'ms' } },
  },
  { name: 'records', value: structured({ t: array([0.5, 1.5]), name: array(['a', 'bc']) }) },
]

export const zarrTests: Omit<DumperTests<typeof zarr>, keyof TestRunner> = {
  dumper: zarr,
  samples,
  setVariants: [{ compression: 'none' }, { compression: 'gzip', level: 9 }, { level: 0 }, { chunks: 700 }],
  // Each selects something of every array that has elements: what selects nothing reads no chunk.
  parts: [
    ...[
      rows(0, 1),
      slice([-1, null]),
      slice(),
      slice('...'),
      slice(0),
      slice('...', -1),
      slice([null, null, -1]),
    ],
    ...[slice('...', [null, null, -2]), slice([-2, null], 0), slice('...', [null, null, 5])],
  ],
  foreign: [null, 1, 'a', [1, 2], {}, { data: [1, 2], shape: [2] }, { data: grid, shape: [13] }, new Map()],
  rejected: [
    1,
    [1, 2],
    { data: grid, shape: [13] },
    { data: grid, shape: [12], dtype: 'no dtype' },
    { data: Uint8Array.of(2), shape: [1], dtype: 'bool' },
    array(['ends in NUL\u0000']),
    array([1n], [1], 'datetime64'),
    structured({ when: array([1n], [1], 'timedelta64') }),
  ],
  fixtures: fixturesOf(zarr),
  module: new URL('../../../dist/dumpers/zarr.js', import.meta.url).href,
}

/** numcodecs.Zstd(1) of the int32 0 to 11. */
const ZSTD_CHUNK = 'KLUv/SAwgQEAAAAAAAEAAAACAAAAAwAAAAQAAAAFAAAABgAAAAcAAAAIAAAACQAAAAoAAAALAAAA'

async function storeZstd(db: DataBase, key: string): Promise<void> {
  const metadata = {
    chunks: [3, 4],
    compressor: { id: 'zstd', level: 1 },
    dtype: '<i4',
    fill_value: 0,
    filters: null,
    order: 'C',
    shape: [3, 4],
    zarr_format: 2,
  }
  const written: typeof zarr = {
    ...zarr,
    async dump(_value, folder) {
      await folder.writeJson('obj.zarr/.zarray', metadata)
      await folder.write('obj.zarr/0.0', Buffer.from(ZSTD_CHUNK, 'base64'))
      return undefined
    },
  }
  await db.set(key, array([0]), written)
}

/** Rows as Python's `a[start:stop]` gives them. */
function rows(start: number, stop: number): Part<typeof zarr> {
  return {
    name: `rows ${start} to ${stop}`,
    options: { rows: [start, stop] },
    cut: a => cut(a, [[start, stop]]),
  }
}

function slice(...items: SliceItem[]): Part<typeof zarr> {
  return { name: `slice ${JSON.stringify(items)}`, options: { slice: items }, cut: a => cut(a, items) }
}

/** As a view on the whole, copied; undefined where the whole has no such part. */
function cut(a: ZarrArray, part: Slice): ZarrArray | undefined {
  try {
    const cut: NDArray = contiguous(view(a, part))
    return a.zattrs === undefined ? cut : { ...cut, zattrs: a.zattrs }
  } catch (error) {
    if (!isDirdictError(error, 'OPTION_INVALID')) throw error
    return undefined
  }
}
