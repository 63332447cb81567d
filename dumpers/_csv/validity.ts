/** Which fields of a column are null, and Arrow's bitmap of those that are not. */

/** Of one column, of one record batch at a time. */
export class Validity {
  readonly #nulls: readonly string[]
  #bits: Uint8Array | undefined
  nullCount = 0

  constructor(nulls: readonly string[]) {
    this.#nulls = nulls
  }

  isNull(text: string): boolean {
    // There is one text for null, or none.
    for (const one of this.#nulls) if (text === one) return true
    return false
  }

  mark(row: number): void {
    this.nullCount++
    let bits = this.#bits
    if (bits === undefined || row >> 3 >= bits.length) {
      const grown = new Uint8Array(Math.max(64, ((row >> 3) + 1) * 2)).fill(255)
      if (bits !== undefined) grown.set(bits)
      this.#bits = bits = grown
    }
    bits[row >> 3] = (bits[row >> 3] ?? 0) & ~(1 << (row & 7))
  }

  /** The bitmap of so many rows, and a new start. */
  take(length: number): { bits: Uint8Array | undefined; nullCount: number } {
    const { nullCount } = this
    const size = (length + 7) >> 3
    const bits = nullCount === 0 ? undefined : new Uint8Array(size).fill(255)
    if (bits !== undefined && this.#bits !== undefined) bits.set(this.#bits.subarray(0, size))
    this.#bits = undefined
    this.nullCount = 0
    return { bits, nullCount }
  }
}
