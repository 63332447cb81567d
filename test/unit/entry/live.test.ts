/** The handle of a live entry reads and writes the entry that it was opened on, or says that this is gone. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DataBase, type Dumper, type LiveFolder } from '../../../src/index.js'
import { scratch } from '../scratch.js'

const live: Dumper<string, LiveFolder> = {
  name: 'live',
  live: true,
  check: value => typeof value === 'string',
  async dump(value, folder) {
    await folder.write('text', Buffer.from(value))
    return undefined
  },
  load: async folder => folder as LiveFolder,
}

const root = scratch()
const stale = { code: 'STALE_HANDLE' }
let count = 0

async function stored(): Promise<{ db: DataBase; folder: LiveFolder }> {
  const db = await DataBase.open(`${root}/db${count++}`, { dumpers: [live], durability: 'relaxed' })
  await db.set('k', 'old', live)
  await db.set('other', 'new', live)
  return { db, folder: await db.get('k', live) }
}

/** As a writer who took the lock over, whose directory is then at the place of the old one. */
function replace(db: DataBase): string {
  const aside = `${root}/aside${count++}`
  renameSync(db.path('k'), aside)
  renameSync(db.path('other'), db.path('k'))
  return aside
}

describe('a live folder', () => {
  it('reads nothing of the entry that has replaced its own', async () => {
    const { db, folder } = await stored()
    expect(Buffer.from(await folder.read('text')).toString()).toBe('old')
    const open = await folder.open('text')
    replace(db)
    for (const read of [
      () => folder.read('text'),
      () => folder.names(),
      () => folder.size('text'),
      () => folder.has('text'),
      () => folder.open('text'),
      () => folder.hold(),
      () => folder.stamp(),
      () => folder.stamp('text'),
    ]) {
      await expect(read(), String(read)).rejects.toMatchObject(stale)
    }
    expect(() => folder.assertCurrent()).toThrow(expect.objectContaining(stale))
    expect(Buffer.from(await open.read()).toString()).toBe('old')
    await open.close()
  })

  it('changes nothing in the entry that has replaced its own, wherever a change is at that moment', async () => {
    for (const change of ['write', 'replace', 'extend', 'remove'] as const) {
      const { db, folder } = await stored()
      let aside = ''
      const late = function* (): Generator<Uint8Array> {
        aside = replace(db)
        yield Buffer.from('late')
      }
      const changed =
        change === 'write'
          ? folder.write('text', late())
          : folder.locked(async locked => {
              if (change === 'replace') await locked.replace('text', late())
              if (change === 'extend') await locked.extend('text', 3, late(), 'longer')
              if (change === 'remove') {
                aside = replace(db)
                await locked.remove('text')
              }
            })
      if (change === 'remove') await changed
      else await expect(changed, change).rejects.toMatchObject(stale)
      expect(readFileSync(`${db.path('k')}/text`, 'utf8'), change).toBe('new')
      expect(readdirSync(db.path('k')), change).not.toContain('longer')
      rmSync(aside, { recursive: true })
    }
  })

  it('is read where a swap was cut off before the entry came to its place', async () => {
    const { db } = await stored()
    const service = `${db.directory}/.deleting.dirdict`
    mkdirSync(`${service}/ready`, { recursive: true })
    renameSync(db.path('k'), `${service}/ready/k`)
    const readonly = await DataBase.open(db.directory, { dumpers: [live], readonly: true })
    const folder = await readonly.get('k', live)
    expect(Buffer.from(await folder.read('text')).toString()).toBe('old')
    await db.repair()
    expect(Buffer.from(await folder.read('text')).toString()).toBe('old')
  })
})
