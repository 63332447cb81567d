/**
 * What a dumper has to refuse: values that it cannot hold, options that it does not have, work that was aborted.
 */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { inspect } from 'node:util'
import { assertCode, assertLoaded, KEY, type Suite, store } from './expectations.js'
import { hostileValues, oddValues } from './odd-values.js'
import { snapshot, withDatabase } from './raw-disk.js'

/** An `object`: a literal would be refused by the compiler already. */
const UNKNOWN_OPTION: object = { noSuchOption: 1 }

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

  for (const { name, value, throws } of hostileValues()) {
    it(`says yes or no to ${name}, or lets its error through`, async () => {
      try {
        assert.equal(typeof dumper.check(value), 'boolean')
      } catch (error) {
        if (!throws(error)) throw error
      }
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
      await assertCode('OPTION_INVALID', 'get', () => db.get(KEY, dumper, UNKNOWN_OPTION))
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
      await assertCode('OPTION_INVALID', 'set', () => db.set(KEY, sample.value, dumper, UNKNOWN_OPTION))
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

/** All but locks and trash, whose files come and go without meaning. What is staged would be seen. */
function databaseSnapshot(directory: string): unknown {
  return { files: snapshot(directory, ['locks', 'trash']), entries: readdirSync(directory) }
}

function named(value: unknown): string {
  const text = inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 20 })
  return text.split('\n', 1)[0]?.slice(0, 60) ?? ''
}
