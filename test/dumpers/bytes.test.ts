/** bytes: memory goes to disk and back without a copy more than needed, and never shared. */
import { readFileSync, truncateSync } from 'node:fs'
import { expect, it } from 'vitest'
import { bytes } from '../../src/index.js'
import { temporaryDatabase } from './temporary.js'

it('lies in value.bin as it is', async () => {
  const db = await temporaryDatabase()
  await db.set('a', Uint8Array.of(0, 255, 10), bytes)
  expect([...readFileSync(`${db.path('a')}/value.bin`)]).toEqual([0, 255, 10])
})

it('is what a Uint8Array becomes when no dumper is named; other typed arrays become an ndarray', async () => {
  const db = await temporaryDatabase()
  await db.set('a', Buffer.from('abc'))
  await db.set('b', Uint16Array.of(1))
  expect([(await db.metadata('a')).dumper, (await db.metadata('b')).dumper]).toEqual(['bytes', 'ndarray'])
})

it('comes back as a plain Uint8Array on memory of its own', async () => {
  const db = await temporaryDatabase()
  await db.set('a', Buffer.from('abc'), bytes)
  const [one, two] = [await db.get('a', bytes), await db.get('a', bytes)]
  expect(one.constructor).toBe(Uint8Array)
  expect(one.buffer.byteLength).toBe(3)
  one[0] = 0
  expect([...two]).toEqual([97, 98, 99])
})

it('a view stores only what it shows', async () => {
  const db = await temporaryDatabase()
  await db.set('a', new Uint8Array([1, 2, 3, 4]).subarray(1, 3), bytes)
  expect([...(await db.get('a', bytes))]).toEqual([2, 3])
})

it('a cut file is CORRUPT_ENTRY and says how long it was', async () => {
  const db = await temporaryDatabase()
  await db.set('a', new Uint8Array(100), bytes)
  truncateSync(`${db.path('a')}/value.bin`, 60)
  await expect(db.get('a', bytes)).rejects.toMatchObject({
    code: 'CORRUPT_ENTRY',
    message: expect.stringContaining('has 60 bytes; 100 were written'),
  })
})
