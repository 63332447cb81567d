/** What is more than memory holds is refused, also where it is only together with other reads, or only to verify it. */
import { getHeapStatistics } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { encode } from '../../dumpers/_npy/encode.js'
import { HeapBudget } from '../../dumpers/_npy/limits.js'
import { ndarray } from '../../dumpers/ndarray.js'
import type { ReadFolder } from '../../src/dumper.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { array } from '../../src/index.js'
import { dumped } from './npy-scratch.js'

describe('the heap', () => {
  it('is shared by all reads under way, and is free again after them', () => {
    const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics()
    const most = Math.floor((limit - used) * 0.6)
    for (let round = 0; round < 3; round++) {
      const [first, second] = [new HeapBudget('first'), new HeapBudget('second')]
      first.addString(most, 1)
      expect(() => second.addString(most, 1)).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED_FORMAT', details: { file: 'second' } }),
      )
      first.close()
      second.close()
    }
  })
})

describe('the option verify', () => {
  it('is refused before anything is read, for a file that no memory holds, with the better way', async () => {
    const path = await dumped(array([1, 2]))
    const folder: ReadFolder = Object.assign(Object.create(new EntryReadFolder(path, 'a')) as ReadFolder, {
      size: async () => 2 ** 52,
      read: async () => expect.fail('it was read'),
    })
    await expect(ndarray.load(folder, {}, { verify: true, rows: [0, 1] })).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      details: { file: 'np.npy', option: 'verify' },
      message: expect.stringContaining('db.verify()'),
    })
  })
})

describe('booleans', () => {
  it('are looked at in pieces, without a copy: many at once would hold up all else', () => {
    const data = new Uint8Array(2 ** 24 + 8)
    data[2 ** 24] = 2
    const pieces = encode({ data, shape: [2 ** 24 - 1], stride: [1], offset: 2, dtype: 'bool' })
    const lengths: number[] = []
    const read = (): void => {
      for (const piece of pieces) {
        lengths.push(piece.length)
        if (lengths.length > 1) expect(piece.buffer).toBe(data.buffer)
      }
    }
    expect(read).toThrow(/element 16777214 of the dtype 'bool' is 2/)
    expect(lengths.slice(1)).toEqual([2 ** 22, 2 ** 22, 2 ** 22])
  })

  it.each([0, 1, 2, 3, 4, 5, 6])('other than 0 and 1 are found at every place: %i', at => {
    for (const offset of [0, 1]) {
      const data = new Uint8Array(8).fill(1)
      data[at + offset] = 0x80
      const value = { data, shape: [7], stride: [1], offset, dtype: 'bool' as const }
      expect(() => [...encode(value)]).toThrow(expect.objectContaining({ code: 'VALUE_REJECTED' }))
    }
  })
})
