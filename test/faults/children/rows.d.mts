import type { NDArray } from '../../../src/index.js'

export function rowsNamed(...numbers: readonly number[]): NDArray<Float64Array>
export function numbersOf(rows: NDArray): number[]
