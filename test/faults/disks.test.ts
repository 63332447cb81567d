/**
 * Disks that refuse: one that is full, and one that is mounted read-only. Errors are clear, old values stay whole, nothing
 * is left over, and the database works again as soon as the disk does.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytes, DataBase, doctor, ndarray, partitions, shared } from '../../src/index.js'
import { tableNamed } from './children/tables.mjs'
import { leftovers } from './scene.js'

const MIB = 2 ** 20

let disk: string

function run(...[command = '', ...args]: string[]): string | undefined {
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  return status === 0 ? undefined : String(error ?? stderr)
}

function noMount(): string | undefined {
  const path = mkdtempSync(`${tmpdir()}/dirdict-mount-`)
  const failure = run('mount', '-t', 'tmpfs', 'tmpfs', path)
  if (failure === undefined) run('umount', path)
  rmSync(path, { recursive: true })
  return failure?.trim()
}

const reason = noMount()

describe.skipIf(reason !== undefined)(`a small disk (${reason ?? 'tmpfs'})`, () => {
  beforeEach(() => {
    disk = mkdtempSync(`${tmpdir()}/dirdict-disk-`)
    run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk)
  })

  afterEach(() => {
    run('umount', '-l', disk)
    rmSync(disk, { recursive: true })
  })

  const small = new Uint8Array(100).fill(1)
  const large = new Uint8Array(MIB).fill(2)

  /** A database on a disk without a free byte. */
  async function full(durability: 'full' | 'relaxed'): Promise<DataBase> {
    const db = await DataBase.open(`${disk}/db`, { durability })
    await db.set('key', small, bytes)
    await db.set('other', small, bytes)
    await db.set('nest/key', small, bytes)
    await db.set('rows', { rows: new Float64Array(10) }, shared)
    try {
      writeFileSync(`${disk}/filler`, large)
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' })
    }
    return db
  }

  const writes: Readonly<Record<string, (db: DataBase) => Promise<unknown>>> = {
    'fresh set': db => db.set('fresh', small, bytes),
    'large set': db => db.set('fresh', large, bytes),
    'set of an array': db => db.set('fresh', new Float64Array(MIB / 8), ndarray),
    overwrite: db => db.set('key', new Uint8Array(200), bytes),
    'nested set': db => db.set('a/b/c', small, bytes),
    update: db => db.update('key', () => new Uint8Array(200), bytes),
    annotate: db => db.annotate('key', { note: 'later' }),
    copy: db => db.copy('key', db, 'copied'),
    'copy of nested': db => db.copy('nest', db, 'copied-nest'),
    createFolder: db => db.createFolder('files'),
    append: async db => (await db.get('rows', shared)).append('rows', new Float64Array(MIB / 8)),
    save: async db => (await db.get('rows', shared)).save('rows', new Float64Array(MIB / 8)),
    partitions: db => db.set('fresh', tableNamed(1), partitions, { partitionSize: 4000 }),
    batch: db => db.batch(batch => batch.set('key', new Uint8Array(200), bytes)),
    create: async () => DataBase.open(`${disk}/another`),
  }

  for (const durability of ['full', 'relaxed'] as const) {
    it(`that is full gives NO_SPACE and keeps what is there, ${durability}`, async () => {
      const db = await full(durability)
      for (const [name, write] of Object.entries(writes)) {
        await expect(write(db), name).rejects.toMatchObject({ code: 'NO_SPACE' })
        expect(await db.keys({ recurse: true }), name).toEqual(['key', 'nest', 'nest/key', 'other', 'rows'])
        expect(await db.get('key', bytes), name).toEqual(small)
        expect((await db.metadata('key')).note, name).toBeNull()
        const rows = await (await db.get('rows', shared)).load('rows')
        expect(rows.shape, name).toEqual([10])
      }
      expect((await db.verify()).problems).toEqual([])
      await db.close()
      expect(leftovers(db.directory)).toEqual([])
    })

    it(`that is full lets keys be deleted, and then takes values again, ${durability}`, async () => {
      const db = await full(durability)
      expect(await db.delete('other')).toBe(true)
      expect(await db.keys()).toEqual(['key', 'nest', 'rows'])
      rmSync(`${disk}/filler`)
      await db.set('key', new Uint8Array(200), bytes)
      expect(await db.get('key', bytes)).toEqual(new Uint8Array(200))
      for (const [name, write] of Object.entries(writes)) {
        if (/large|array|append|save/.test(name)) continue
        await write(db)
      }
      expect(await db.delete('nest')).toBe(true)
      await db.close()
      expect(leftovers(db.directory)).toEqual([])
    })
  }

  it('that fills up while small values are written keeps all that were acknowledged', async () => {
    const db = await DataBase.open(`${disk}/db`, { durability: 'relaxed' })
    const acknowledged: string[] = []
    const fill = async (): Promise<void> => {
      for (let i = 0; ; i++) {
        await db.set(`key${i}`, new Uint8Array(100 + 50 * i).fill(i), bytes)
        acknowledged.push(`key${i}`)
      }
    }
    await expect(fill()).rejects.toMatchObject({ code: 'NO_SPACE' })
    expect(acknowledged.length).toBeGreaterThan(10)
    expect(await db.keys()).toEqual(acknowledged.toSorted())
    expect((await db.verify()).problems).toEqual([])
    await db.close()
    expect(leftovers(db.directory)).toEqual([])
  })

  describe('that is mounted read-only', () => {
    beforeEach(async () => {
      const db = await DataBase.open(`${disk}/db`)
      await db.set('key', small, bytes)
      await db.set('nest/key', small, bytes)
      await db.set('rows', { rows: new Float64Array(10) }, shared)
      await db.close()
      run('mount', '-o', 'remount,ro', disk)
    })

    for (const readonly of [true, false]) {
      it(`is read, verified, repaired and closed, readonly: ${readonly}`, async () => {
        const db = await DataBase.open(`${disk}/db`, { readonly })
        expect(await db.get('key', bytes)).toEqual(small)
        expect(await db.keys({ recurse: true })).toEqual(['key', 'nest', 'nest/key', 'rows'])
        expect((await db.find({ key: '**' })).map(({ key }) => key)).toContain('nest/key')
        expect((await (await db.get('rows', shared)).load('rows')).shape).toEqual([10])
        expect((await db.verify()).problems).toEqual([])
        expect(await doctor(db.directory)).toMatchObject({ healthy: true })
        if (!readonly) expect(await db.repair()).toEqual([])
        await db.close()
      })
    }

    it('refuses every write with NOT_PERMITTED', async () => {
      const db = await DataBase.open(`${disk}/db`)
      const more: typeof writes = {
        delete: () => db.delete('key'),
        rename: () => db.rename('key', 'moved'),
        remove: () => db.remove(),
      }
      for (const [name, write] of Object.entries({ ...writes, ...more })) {
        await expect(write(db), name).rejects.toMatchObject({ code: 'NOT_PERMITTED' })
      }
      expect(await db.get('key', bytes)).toEqual(small)
      await db.close()
    })
  })
})
