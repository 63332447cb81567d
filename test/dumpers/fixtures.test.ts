/**
 * Every dumper has a fixture that is complete and names no real machine; `conformance.test.ts` loads them. Missing ones
 * are written by `DIRDICT_WRITE_FIXTURES=1 npx vitest run test/dumpers/fixtures.test.ts`.
 */
import { existsSync, readFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DataBase } from '../../src/index.js'
import { listFiles } from '../../src/testing/raw-disk.js'
import { BUILT_IN, FIXTURE_VALUES, fixtureDirectory, fixturesOf } from './samples/fixtures.js'
import { writeFixture } from './samples/write-fixtures.js'

describe.each([...BUILT_IN])('the fixture of %s', (name, dumper) => {
  const directory = fixtureDirectory(name, 1)

  it('holds every value that it has to load for ever', async () => {
    if (process.env.DIRDICT_WRITE_FIXTURES === '1' && !existsSync(directory)) await writeFixture(dumper, 1)
    expect(fixturesOf(dumper).length).toBeGreaterThan(0)
    const db = await DataBase.open(directory, { readonly: true })
    expect(await db.keys()).toEqual(Object.keys(FIXTURE_VALUES[name] ?? {}).sort())
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
