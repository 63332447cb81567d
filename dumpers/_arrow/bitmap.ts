/** Arrow's bitmaps of JavaScript arrays: least significant bit first. Holes in an array are nulls. */

/** A bit for each value, set where `isSet` says so. */
export function bitsOf(values: readonly unknown[], isSet: (value: unknown) => boolean): Uint8Array {
  const out = new Uint8Array((values.length + 7) >> 3)
  for (let i = 0; i < values.length; i++) if (isSet(values[i])) out[i >> 3]! |= 1 << (i & 7)
  return out
}

/** `null` and `undefined` are nulls; without any there is no bitmap. */
export function validityOf(values: readonly unknown[]): {
  nullBitmap: Uint8Array | undefined
  nullCount: number
} {
  let nullCount = 0
  for (let i = 0; i < values.length; i++) if (values[i] === null || values[i] === undefined) nullCount++
  if (nullCount === 0) return { nullBitmap: undefined, nullCount }
  return { nullBitmap: bitsOf(values, value => value !== null && value !== undefined), nullCount }
}
