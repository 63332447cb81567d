/** Damaged and hostile entries give the error that is meant for them, and harm neither their neighbours nor the disk. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DataBase, isDirdictError } from '../../src/index.js'
import { snapshot } from '../../src/testing/raw-disk.js'
import { BROKEN, CASES, writeBroken } from './samples/broken.js'
import { fixtureDirectory } from './samples/fixtures.js'
import { temporaryDatabase } from './temporary.js'

if (process.env.DIRDICT_WRITE_FIXTURES === '1') writeBroken()

const open = (): Promise<DataBase> => DataBase.open(BROKEN, { readonly: true })

describe('fixtures/broken', () => {
  it.each(CASES)('$key is $code', async ({ key, code }) => {
    const before = snapshot(join(BROKEN, key))
    await expect((await open()).get(key)).rejects.toMatchObject({ code })
    expect(snapshot(join(BROKEN, key))).toEqual(before)
  })

  it.each(CASES)('the metadata of $key are read, or are an error with a code', async ({ key }) => {
    const db = await open()
    try {
      expect((await db.metadata(key)).key).toBe(key)
    } catch (error) {
      expect(isDirdictError(error), String(error)).toBe(true)
    }
  })

  it('entry-is-a-file is CORRUPT_ENTRY, and no key', async () => {
    const db = await open()
    await expect(db.get('entry-is-a-file')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    expect(await db.has('entry-is-a-file')).toBe(false)
  })

  it('are listed all the same', async () => {
    const db = await open()
    const keys = CASES.map(({ key }) => key).sort()
    expect(await db.keys()).toEqual(keys)
    expect((await db.entries()).map(({ key }) => key)).toEqual(keys)
    expect(await db.tree()).toContain('loader-missing')
    expect(inspect(db)).toContain('data-cut')
  })

  it('do not keep find from finding the sound ones', async () => {
    const db = await temporaryDatabase()
    await db.set('sound', 1, { tags: ['x'] })
    for (const { key } of CASES) cpSync(join(BROKEN, key), join(db.directory, key), { recursive: true })
    expect((await db.find({ tags: ['x'] })).map(({ key }) => key)).toEqual(['sound'])
  })

  it('are all named by verify', async () => {
    const { problems } = await (await open()).verify()
    // Only verify's own work: that a value can be decoded is found out by reading it.
    expect(problems.map(({ key }) => key)).toEqual(CASES.map(({ key }) => key).sort())
  })

  it('can be deleted and overwritten', async () => {
    const db = await temporaryDatabase()
    for (const { key } of CASES) cpSync(join(BROKEN, key), join(db.directory, key), { recursive: true })
    for (const [index, { key }] of CASES.entries()) {
      if (index % 2 === 0) expect(await db.delete(key)).toBe(true)
      else await db.set(key, index)
    }
    expect(await db.keys()).toEqual(
      CASES.map(({ key }) => key)
        .filter((_key, i) => i % 2 === 1)
        .sort(),
    )
  })
})

describe('links', () => {
  const outside = fixtureDirectory('json', 1)

  it('an entry that is a link out of the database is CORRUPT_ENTRY and no key', async () => {
    const db = await temporaryDatabase()
    symlinkSync(join(outside, 'nested'), join(db.directory, 'link'))
    await expect(db.get('link')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    expect(await db.keys()).toEqual([])
  })

  it.each(['value.json', 'Loader.json', 'dirdict.json'])(
    'a file %s that is a link is not followed',
    async file => {
      const db = await temporaryDatabase()
      await db.set('a', { a: [{ b: 'é 漢字 🧠' }], '': {}, flags: [true, false] })
      rmSync(join(db.path('a'), file))
      symlinkSync(join(outside, 'nested', file), join(db.path('a'), file))
      await expect(db.get('a')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    },
  )

  it('deleting a key leaves what a link in it points to', async () => {
    const db = await temporaryDatabase()
    const before = snapshot(outside)
    await db.set('a', 1)
    symlinkSync(outside, join(db.path('a'), 'link'))
    await db.delete('a')
    await db.close()
    expect(snapshot(outside)).toEqual(before)
  })
})

describe('a directory that is no sound database', () => {
  const directory = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'dirdict-test-'))
    onTestFinished(() => rmSync(path, { recursive: true, force: true }))
    return path
  }

  it.each(['', '{', '[]', '{}', '{"_unique_id": 5}'])('tells no id with the db_state.json %j', async text => {
    const path = directory()
    writeFileSync(join(path, 'db_state.json'), text)
    const db = await DataBase.open(path, { readonly: true })
    expect(() => db.id).toThrow(expect.objectContaining({ code: 'CORRUPT_ENTRY' }))
    expect(await db.keys()).toEqual([])
  })

  it('is refused where db_state.json is missing or a directory', async () => {
    const path = directory()
    await expect(DataBase.open(path, { readonly: true })).rejects.toMatchObject({ code: 'NOT_A_DATABASE' })
    mkdirSync(join(path, 'db_state.json'))
    await expect(DataBase.open(path)).rejects.toMatchObject({ code: 'NOT_A_DATABASE' })
  })
})
