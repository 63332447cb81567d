/** Several pieces at a time: results keep their order, and nothing goes on after a failure. */
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { inOrder } from '../../../dumpers/_parquet/in-order.js'

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate()
}

describe('work that is done several at a time', () => {
  test('gives its results in the order of the items, with no more under way than allowed', async () => {
    let underWay = 0
    let most = 0
    const results: number[] = []
    const slowFirst = async (item: number): Promise<number> => {
      most = Math.max(most, ++underWay)
      await turns(10 - item)
      underWay--
      return item
    }
    for await (const result of inOrder([1, 2, 3, 4, 5, 6, 7], 3, slowFirst)) results.push(result)
    expect([results, most]).toEqual([[1, 2, 3, 4, 5, 6, 7], 3])
  })

  test.each([1, 3])(
    'ends with the first failure, when nothing of it is under way (%i at a time)',
    async limit => {
      let underWay = 0
      const work = async (item: number): Promise<number> => {
        underWay++
        await turns(item)
        underWay--
        if (item === 2) throw new Error('two')
        return item
      }
      const results: number[] = []
      const all = async (): Promise<void> => {
        for await (const result of inOrder([1, 2, 30, 4], limit, work)) results.push(result)
      }
      await expect(all()).rejects.toThrow('two')
      expect([results, underWay]).toEqual([[1], 0])
    },
  )

  test('waits for what is under way when its results are no longer wanted', async () => {
    let underWay = 0
    const work = async (item: number): Promise<number> => {
      underWay++
      await turns(item)
      underWay--
      return item
    }
    for await (const result of inOrder([1, 20, 30], 3, work)) if (result === 1) break
    expect(underWay).toBe(0)
  })
})
