/**
 * What a dumper has to refuse: values that it cannot hold, options that it does not have, work that was aborted.
 */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { assertCode, assertLoaded, KEY, type Suite, store } from './expectations.js'
import { oddValues } from './odd-values.js'
import { snapshot, withDatabase } from './raw-disk.js'

export function testCheck({ it, dumper, samples, foreign = [] }: Suite): void {
  for (const sample of samples) {
    if ('store' in sample) continue
    it(`recognises ${sample.name}`, async () => {
      assert.equal(dumper.check(sample.value), true)
    })
  }

  for (const [index, value] of foreign.entries()) {
    it(`does not take ${named(value)} for its own (foreign value ${index})`, async () => {
      assert.equal(dumper.check(value), false)
    })
  }

  for (const [name, value] of oddValues()) {
    it(`says yes or no to ${name}`, async () => {
      assert.equal(typeof dumper.check(value), 'boolean')
    })
  }
}

export function testRefusals(suite: Suite): void {
  const { it, dumper, samples, rejected = [] } = suite
  const [sample] = samples
  assert.ok(sample !== undefined, 'testDumper needs at least one sample')

  for (const [index, value] of rejected.entries()) {
    it(`refuses ${named(value)} and leaves the disk as it was (rejected value ${index})`, () =>
      withDatabase(dumper, async db => {
        await store(db, KEY, dumper, sample)
        const before = databaseSnapshot(db.directory)
        await assertCode('VALUE_REJECTED', 'over a value', () => db.set(KEY, value, dumper))
        await assertCode('VALUE_REJECTED', 'under a new key', () => db.set('other', value, dumper))
        assert.deepStrictEqual(databaseSnapshot(db.directory), before)
        assert.deepStrictEqual(await db.keys(), [KEY])
        await assertLoaded(suite, sample, await db.get(KEY, dumper))
      }))
  }

  it('refuses an option of get that it does not have', () =>
    withDatabase(dumper, async db => {
      await store(db, KEY, dumper, sample)
      await assertCode('OPTION_INVALID', 'get', () => db.get(KEY, dumper, { noSuchOption: 1 }))
    }))

  it('refuses to read after an abort, with the reason of the signal', () =>
    withDatabase(dumper, async db => {
      await store(db, KEY, dumper, sample)
      const reason = new Error('enough')
      await assert.rejects(
        db.get(KEY, dumper, { signal: AbortSignal.abort(reason) }),
        error => error === reason,
      )
    }))

  if ('store' in sample) return
  it('refuses an option of set that it does not have', () =>
    withDatabase(dumper, async db => {
      await assertCode('OPTION_INVALID', 'set', () => db.set(KEY, sample.value, dumper, { noSuchOption: 1 }))
      assert.equal(await db.has(KEY), false)
    }))

  it('writes nothing after an abort', () =>
    withDatabase(dumper, async db => {
      const reason = new Error('enough')
      const options = { ...sample.setOptions, signal: AbortSignal.abort(reason) }
      await assert.rejects(db.set(KEY, sample.value, dumper, options), error => error === reason)
      assert.equal(await db.has(KEY), false)
    }))
}

/** All but the locks, whose files come and go without meaning. */
function databaseSnapshot(directory: string): unknown {
  const files = Object.entries(snapshot(directory)).filter(([file]) => !file.includes('/locks/'))
  return { files, entries: readdirSync(join(directory)) }
}

function named(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 20 })
}
