/** Arrays of strings and bytes as Arrow columns: exact, and in pieces where offsets of 32 bits do not reach. */
import * as arrow from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { packBytes, packStrings } from '../../dumpers/_arrow/packed.js'

const values = (pieces: readonly arrow.Data[]): unknown[] => [...new arrow.Vector([...pieces])]

describe('packed strings', () => {
  const texts = Array.from({ length: 10_000 }, (_, i) =>
    i % 7 === 0 ? null : i % 5 === 0 ? `ü𝔘 ${i}` : i % 3 === 0 ? '' : `row ${i}`,
  )

  test('are one column with the values of the array', () => {
    const pieces = packStrings(arrow, texts)
    expect(pieces).toHaveLength(1)
    expect(values(pieces)).toEqual(texts)
    expect(pieces[0]!.nullCount).toBe(1429)
  })

  test('are cut where a piece would get too long', () => {
    const pieces = packStrings(arrow, texts, 50_000)
    expect(pieces.length).toBeGreaterThan(1)
    for (const piece of pieces) expect(piece.values.byteLength).toBeLessThanOrEqual(50_000)
    expect(values(pieces)).toEqual(texts)
  })

  test('that are long are encoded one by one', () => {
    const long = ['a'.repeat(3 * 2 ** 20), 'ü'.repeat(3 * 2 ** 20), 'b', 'c'.repeat(5 * 2 ** 20), 'd']
    expect(values(packStrings(arrow, long))).toEqual(long)
  })

  test('of none are a column without rows', () => {
    expect(packStrings(arrow, []).map(piece => piece.length)).toEqual([0])
  })
})

describe('packed bytes', () => {
  const bytes = [Uint8Array.of(1, 2), undefined, Uint8Array.of(), Uint8Array.of(3, 4, 5), null]
  const expected = bytes.map(value => value ?? null)

  test('are cut where a piece would get too long', () => {
    const pieces = packBytes(arrow, bytes, 3)
    expect(pieces.map(piece => piece.length)).toEqual([3, 2])
    expect(values(pieces)).toEqual(expected)
    expect(values(packBytes(arrow, bytes))).toEqual(expected)
  })

  test('of which one is too long by itself are refused', () => {
    expect(() => packBytes(arrow, bytes, 2)).toThrow(
      new RangeError('holds a value of 3 bytes; one may have 2'),
    )
  })
})
