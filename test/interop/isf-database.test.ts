/**
 * A database that Python's ISF wrote, opened in place: every key equals what Python saw when it was written, and nothing
 * on disk changes, whoever reads it.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { DataBase, isDirdictError, subdb } from '../../src/index.js'
import { type Expected, expectValue } from './isf-expected.js'

const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url))
const path = `${data}isf-database`
const present = existsSync(path)

const expectations: Record<string, Expected> = present
  ? JSON.parse(readFileSync(`${data}isf-database.expected.json`, 'utf8'))
  : {}

const open = (): Promise<DataBase> => DataBase.open(path, { readonly: true })

/** Every directory and file with all that reading must not change. */
function picture(): unknown[] {
  return ['', ...readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()].map(name => {
    const { size, mode, mtimeMs, ctimeMs, ino } = lstatSync(`${path}/${name}`)
    return [name, size, mode, mtimeMs, ctimeMs, ino]
  })
}

/** A key and the databases above it. */
function withParents(key: string): string[] {
  const parts = key.split('/')
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'))
}

describe.skipIf(!present)(`ISF's database${present ? '' : ' (skipped: ../shared/data is not there)'}`, () => {
  test('has exactly the keys that Python wrote, nested ones too', async () => {
    const db = await open()
    const expected = [...new Set(Object.keys(expectations).flatMap(withParents))].sort()
    expect((await db.keys({ recurse: true })).toSorted()).toEqual(expected)
    expect(await db.keys()).toEqual(expected.filter(key => !key.includes('/')))
    expect(db.id).toMatch(/^\d{4}-\d\d-\d\d_\d+_\w{7}$/)
  })

  test.each(Object.entries(expectations))('%s holds what Python saw', async (key, expected) => {
    await expectValue(await open(), key, expected)
  })

  test('gives every value without being told the dumper', async () => {
    const db = await open()
    for (const entry of await db.entries({ recurse: true })) {
      const value = await entry.get()
      expect(value, entry.key).toBeDefined()
      expect(entry.dumper, entry.key).toMatch(/^[a-z]+$/)
    }
  })

  test('nested databases hold the same arrays', async () => {
    const db = await open()
    const cell = await db.get('session1/cell4', subdb)
    expect(await cell.keys()).toEqual(['trace'])
    expect(await cell.get('trace')).toEqual(await db.get('session1/cell4/trace'))
  })

  test("each key has metadata; ISF's record is in our shape", async () => {
    const db = await open()
    for (const key of await db.keys({ recurse: true })) {
      const metadata = await db.metadata(key)
      expect(metadata.key).toBe(key)
      expect(metadata.loader, key).toMatch(/^data_base\.(isf_data_base\.)?IO\.LoaderDumper\.\w+$/)
      expect(metadata.time, key).toBeInstanceOf(Date)
    }
    expect(await db.metadata('frame_parquet')).toMatchObject({
      dumper: 'dataframe',
      loader: 'data_base.isf_data_base.IO.LoaderDumper.pandas_to_parquet',
      time: new Date('2025-02-21T15:51:23Z'),
      git: { commit: '9fd2c2a94cdc36ee806d4625e353cd289cd7ce16', branch: 'master', dirty: false },
      modules: { pandas: '2.2.2', pyarrow: '16.1.0' },
      host: { name: 'recording-host' },
      runtime: { name: 'python' },
      inferred: false,
    })
  })

  test('is clean; what Python wrote has no checksums to be checked', async () => {
    const db = await open()
    const { checked, unchecked, problems } = await db.verify()
    expect(problems).toEqual([])
    expect(checked).toBe(0)
    expect(unchecked.toSorted()).toEqual((await db.keys({ recurse: true })).toSorted())
  })

  test('refuses to be written, and names the better way', async () => {
    const db = await open()
    await expect(db.set('x', 1)).rejects.toSatisfy(error => isDirdictError(error, 'READ_ONLY'))
    await expect(db.delete('folder')).rejects.toSatisfy(error => isDirdictError(error, 'READ_ONLY'))
  })

  test('reading all of it changes nothing on disk, not even a directory', async () => {
    const before = picture()
    const db = await open()
    for (const [key, expected] of Object.entries(expectations)) await expectValue(db, key, expected)
    for (const key of await db.keys({ recurse: true })) await db.metadata(key)
    await db.verify()
    await db.find({ dumper: 'ndarray' })
    await db.tree()
    await db.close()
    expect(picture()).toEqual(before)
  })

  test.skipIf(process.getuid?.() !== 0)(
    'a user who may not write reads all of it (needs root to try)',
    () => {
      const before = picture()
      const program = `import { DataBase } from ${JSON.stringify(new URL('../../dist/src/index.js', import.meta.url).href)}
      const db = await DataBase.open(${JSON.stringify(path)}, { readonly: true })
      let read = 0
      for (const entry of await db.entries({ recurse: true })) {
        await entry.get()
        await entry.metadata()
        read++
      }
      const { problems } = await db.verify()
      await db.close()
      console.log(JSON.stringify({ read, problems, uid: process.getuid() }))`
      const args = ['--input-type=module', '-e', program]
      const said = execFileSync(process.execPath, args, {
        uid: 65534,
        gid: 65534,
        cwd: '/',
        encoding: 'utf8',
      })
      const keys = new Set(Object.keys(expectations).flatMap(withParents))
      expect(JSON.parse(said)).toEqual({ read: keys.size, problems: [], uid: 65534 })
      expect(picture()).toEqual(before)
    },
  )
})
