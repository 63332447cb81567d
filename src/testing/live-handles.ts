/**
 * Handles of live dumpers: they give the directory that they were opened on, or STALE_HANDLE; never a mix.
 */
import { renameSync } from 'node:fs'
import { isDirdictError } from '../index.js'
import { assertCode, assertLoaded, KEY, type Suite, store } from './expectations.js'
import { withDatabase } from './raw-disk.js'

export function testLiveHandles(suite: Suite): void {
  const { it, dumper, samples } = suite
  for (const sample of samples) {
    it(`keeps a handle of ${sample.name} usable, or says that it is stale, while the database is moved`, () =>
      withDatabase(dumper, async db => {
        await store(db, KEY, dumper, sample)
        const handle = await db.get(KEY, dumper)
        renameSync(db.directory, `${db.directory}-moved`)
        try {
          await assertLoaded(suite, sample, handle)
        } catch (error) {
          if (!isDirdictError(error, 'STALE_HANDLE')) throw error
        } finally {
          renameSync(`${db.directory}-moved`, db.directory)
        }
        await assertLoaded(suite, sample, handle)
      }))

    it(`says that a handle of ${sample.name} is stale once the key was deleted`, () =>
      withDatabase(dumper, async db => {
        await store(db, KEY, dumper, sample)
        const handle = await db.get(KEY, dumper)
        await db.delete(KEY)
        await assertCode('STALE_HANDLE', sample.name, () => assertLoaded(suite, sample, handle))
      }))

    it(`says that a handle of ${sample.name} is stale once the key was made anew`, () =>
      withDatabase(dumper, async db => {
        await store(db, KEY, dumper, sample)
        const handle = await db.get(KEY, dumper)
        await db.delete(KEY)
        await store(db, KEY, dumper, sample)
        await assertCode('STALE_HANDLE', sample.name, () => assertLoaded(suite, sample, handle))
        await assertLoaded(suite, sample, await db.get(KEY, dumper))
      }))

    if ('store' in sample) continue
    it(`says that a handle of ${sample.name} is stale once the key was set again`, () =>
      withDatabase(dumper, async db => {
        await store(db, KEY, dumper, sample)
        const handle = await db.get(KEY, dumper)
        await store(db, KEY, dumper, sample)
        await assertCode('STALE_HANDLE', sample.name, () => assertLoaded(suite, sample, handle))
      }))
  }
}
