/**
 * What is stored comes back: with every option, in parts, from a database that was moved, from old fixtures.
 */
import assert from 'node:assert/strict'
import { readFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DataBase } from '../index.js'
import { assertCode, assertEqual, assertLoaded, KEY, type Suite, store } from './expectations.js'
import { dataFiles, snapshot, withDatabase } from './raw-disk.js'

/** Defines the tests that every dumper has to pass, live or not. */
export function testRoundTrip(suite: Suite): void {
  const { it, dumper, samples } = suite
  const variants: readonly object[] = [{}, ...(suite.setVariants ?? [])]

  for (const sample of samples) {
    for (const options of variants) {
      const how = Object.keys(options).length === 0 ? '' : ` with ${JSON.stringify(options)}`
      it(`stores ${sample.name}${how} and loads it again`, () =>
        withDatabase(dumper, async db => {
          await store(db, KEY, dumper, sample, options)
          await assertLoaded(suite, sample, await db.get(KEY, dumper))
          await assertLoaded(suite, sample, await db.get(KEY))
          assert.equal((await db.metadata(KEY)).dumper, dumper.name)
        }))
    }

    it(`loads ${sample.name} after the database was moved`, () =>
      withDatabase(dumper, async db => {
        await store(db, KEY, dumper, sample)
        await db.close()
        const moved = join(dirname(db.directory), 'moved')
        renameSync(db.directory, moved)
        const there = await DataBase.open(moved, { dumpers: [dumper], readonly: true })
        await assertLoaded(suite, sample, await there.get(KEY, dumper))
      }))
  }

  testFixtures(suite)
}

/** Defines the tests that need a value: a live dumper gives a handle. */
export function testParts(suite: Suite): void {
  const { it, dumper, samples, parts = [] } = suite
  for (const sample of samples) {
    for (const part of parts) {
      it(`reads ${part.name} of ${sample.name} as it would be cut out of the whole`, () =>
        withDatabase(dumper, async db => {
          await store(db, KEY, dumper, sample)
          const expected = part.cut(await db.get(KEY, dumper))
          const read = (): Promise<unknown> => db.get(KEY, dumper, part.options)
          if (expected === undefined) await assertCode('OPTION_INVALID', part.name, read)
          else await assertEqual(suite.equals, await read(), expected, part.name)
        }))
    }

    it(`writes the same bytes each time for ${sample.name}`, () =>
      withDatabase(dumper, async db => {
        await store(db, 'one', dumper, sample)
        await store(db, 'two', dumper, sample)
        assert.deepStrictEqual(stored(db.path('one')), stored(db.path('two')))
      }))
  }
}

/** Everything of an entry that depends on its value alone. */
function stored(entry: string): unknown {
  const record: unknown = JSON.parse(readFileSync(join(entry, 'dirdict.json'), 'utf8'))
  assert.ok(typeof record === 'object' && record !== null)
  const data = dataFiles(entry).map(file => [file, readFileSync(join(entry, file)).toString('base64')])
  return { data, record: { ...record, provenance: undefined } }
}

function testFixtures({ it, dumper, equals, fixtures = [] }: Suite): void {
  for (const fixture of fixtures) {
    it(`loads the fixture ${fixture.directory} ${fixture.key} and leaves it as it is`, async () => {
      const before = snapshot(fixture.directory)
      const db = await DataBase.open(fixture.directory, { dumpers: [dumper], readonly: true })
      const loaded = await db.get(fixture.key, dumper)
      await assertEqual(fixture.equals ?? equals, loaded, fixture.expected, fixture.key)
      assert.deepStrictEqual(snapshot(fixture.directory), before)
    })
  }
}
