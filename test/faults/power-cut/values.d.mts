import type { NDArray } from '../../../src/index.js'

export function rowOf(version: number): NDArray<Float64Array>
export function rowsOf(last: number): NDArray<Float64Array>
export function imageOf(version: number): NDArray<Float64Array>
export function arrayOf(version: number): NDArray<Float64Array>
export function partsOf(version: number): Generator<{ version: number }[]>
