/**
 * A database that Python's ISF wrote, opened in place: keys, records and the formats that both sides have.
 */
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { DataBase, folder, isDirdictError, ndarray, subdb } from '../../src/index.js'

const shared = fileURLToPath(new URL('../../../shared/data/', import.meta.url))
const path = `${shared}isf-database`
const present = existsSync(path)

interface Expected {
  readonly kind: string
  readonly shape?: readonly number[]
}

describe.skipIf(!present)(`ISF's database${present ? '' : ' (skipped: ../shared/data is not there)'}`, () => {
  const open = (): Promise<DataBase> => DataBase.open(path, { readonly: true })

  test('lists every key, nested ones too', async () => {
    const db = await open()
    const expected = JSON.parse(readFileSync(`${shared}isf-database.expected.json`, 'utf8')) as Record<
      string,
      Expected
    >
    const keys = await db.keys({ recurse: true })
    const missing = Object.keys(expected).filter(key => !keys.includes(key.replaceAll('/db/', '/')))
    expect(missing).toEqual([])
    expect(keys).toContain('session1/cell4/trace')
    expect(db.id).toMatch(/^\d{4}-\d\d-\d\d_\d+_\w{7}$/)
  })

  test('reads what both sides have, and names what has no dumper yet', async () => {
    const db = await open()
    const outcomes: Record<string, number> = {}
    for (const entry of await db.entries({ recurse: true })) {
      const outcome = await entry.get().then(
        () => entry.dumper,
        error => (isDirdictError(error, 'UNKNOWN_DUMPER') ? 'UNKNOWN_DUMPER' : `${entry.key}: ${error}`),
      )
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
    expect(Object.keys(outcomes).sort()).toEqual([
      'UNKNOWN_DUMPER',
      'dataframe',
      'folder',
      'ndarray',
      'npz',
      'subdb',
    ])
  })

  test('live entries and nested arrays', async () => {
    const db = await open()
    expect(await (await db.get('folder', folder)).names()).toEqual(['notes.txt'])
    await expect((await db.get('folder', folder)).write('x', 'y')).rejects.toMatchObject({
      code: 'READ_ONLY',
    })
    const cell = await db.get('session1/cell4', subdb)
    expect(await cell.get('trace', ndarray)).toEqual(await db.get('session1/cell4/trace', ndarray))
  })

  test("metadata is ISF's, in our shape", async () => {
    const metadata = await (await open()).metadata('frame_parquet')
    expect(metadata).toMatchObject({
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

  test('reading changes nothing on disk, not even a directory', async () => {
    const look = (): unknown =>
      readdirSync(path, { recursive: true, encoding: 'utf8' })
        .sort()
        .map(name => [name, lstatSync(`${path}/${name}`).mtimeMs])
    const before = look()
    const db = await open()
    await db.verify()
    await db.find({ dumper: 'ndarray' })
    await db.tree()
    await db.close()
    expect(look()).toEqual(before)
  })
})
