/**
 * Every dumper has fixtures that are complete and name no real machine; `conformance.test.ts` loads them. What is written
 * today is, byte for byte, the newest of them. `DIRDICT_WRITE_FIXTURES=1` writes a missing first version, and a next one
 * of each format that has changed.
 */
import { existsSync, readFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DataBase } from '../../src/index.js'
import { listFiles } from '../../src/testing/raw-disk.js'
import { scratch } from '../unit/scratch.js'
import { differences } from './samples/entry-bytes.js'
import { BUILT_IN, FIXTURE_VALUES, fixtureDirectory, versionsOf } from './samples/fixtures.js'
import { writeFixture } from './samples/write-fixtures.js'

const WRITES = process.env.DIRDICT_WRITE_FIXTURES === '1'
const root = scratch()

describe.each([...BUILT_IN])('the format of %s', (name, dumper) => {
  it('is what its newest fixture holds, to the byte', async () => {
    const written = join(root, name)
    await writeFixture(dumper, written)
    const newest = versionsOf(name).at(-1) ?? 0
    const found = newest === 0 ? ['no fixture'] : await differences(fixtureDirectory(name, newest), written)
    if (WRITES && found.length > 0) {
      await writeFixture(dumper, fixtureDirectory(name, newest + 1))
      return
    }
    expect(found, 'a changed format needs fixtures of a new version').toEqual([])
  })
})

const versions = [...BUILT_IN.keys()].flatMap(name =>
  versionsOf(name).map(version => [name, version] as const),
)

describe.each(versions)('the fixture of %s, version %i', (name, version) => {
  const directory = fixtureDirectory(name, version)

  it('holds values that it has to load for ever, all of them in the newest version', async () => {
    const db = await DataBase.open(directory, { readonly: true })
    const keys = await db.keys()
    const values = Object.keys(FIXTURE_VALUES[name] ?? {}).sort()
    expect(keys.length).toBeGreaterThan(0)
    if (version === versionsOf(name).at(-1)) expect(keys).toEqual(values)
    else expect(values).toEqual(expect.arrayContaining(keys))
  })

  it('is undamaged and tells nothing of the machine that wrote it', async () => {
    const db = await DataBase.open(directory, { readonly: true })
    expect((await db.verify()).problems).toEqual([])
    for (const file of listFiles(directory).filter(path => path.endsWith('.json'))) {
      const text = readFileSync(join(directory, file), 'utf8')
      expect(text).not.toContain(hostname())
      expect(text).not.toContain(process.cwd())
      expect(text).not.toContain(`"${userInfo().username}"`)
    }
  })
})

describe('fixtures', () => {
  it('are there for every dumper', () => {
    const missing = [...BUILT_IN.keys()].filter(name => !existsSync(fixtureDirectory(name, 1)))
    expect(missing).toEqual([])
  })
})
