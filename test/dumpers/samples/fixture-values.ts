/** The arrays and the table of the fixtures. */
import { array, type NDArray, structured } from '../../../src/ndarray.js'

export const ARRAYS: Readonly<Record<string, NDArray>> = {
  bool: array([true, false, true]),
  int8: array(Int8Array.of(-128, 127)),
  uint16: array(Uint16Array.of(0, 65535), [2, 1]),
  int32: array(Int32Array.of(-1, 2, 3, 4, 5, 6), [2, 3]),
  int64: array([-(2n ** 63n), 2n ** 63n - 1n]),
  uint64: array(BigUint64Array.of(2n ** 64n - 1n)),
  float16: array([0.5, -2], [2], 'float16'),
  float32: array(Float32Array.of(0.1, Number.NaN)),
  float64: array([0.1, -0, Number.POSITIVE_INFINITY, Number.NaN], [2, 2]),
  complex128: array([1, -1, 0, 2], [2], 'complex128'),
  str: array(['', 'é', '漢字🧠'], [3], 'str'),
  bytes: array([Uint8Array.of(1, 2), Uint8Array.of(255)], [2], 'bytes'),
  datetime: array([0n, 86_400_000n], [2], 'datetime64[ms]'),
  timedelta: array([1n, -1n], [2], 'timedelta64[ns]'),
  scalar: array([42], []),
  empty: array(new Float64Array(0), [0, 3]),
}

/** In a second step, because `ARRAYS` are written already. */
export const RECORDS: Readonly<Record<string, NDArray>> = {
  records: structured([
    ['t', array([0.5, -0], [2])],
    ['1', array(Float32Array.of(1, 2, 3, 4), [2, 2])],
    ['0', structured([['naïve 漢', array(['é', ''])]])],
  ]),
}

export const COLUMNS = [
  ['time', new Float64Array([0, 0.1, Number.NaN])],
  ['count', BigInt64Array.of(1n, -(2n ** 63n), 3n)],
  ['cell', ['L5tt', null, 'é 漢字 🧠']],
  ['ok', [true, false, null]],
  ['when', [new Date(0), null, new Date(86_400_000)]],
] as const
