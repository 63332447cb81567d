/** A held directory stays the entry that it was opened on, or says that it is gone. */
import { readdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DataBase, type Dumper, type HeldFolder } from '../../../src/index.js'
import { scratch } from '../scratch.js'

const held: Dumper<Readonly<Record<string, string>>, HeldFolder> = {
  name: 'held',
  check: () => true,
  async dump(value, folder) {
    for (const [name, text] of Object.entries(value)) await folder.write(name, Buffer.from(text))
    return undefined
  },
  load: folder => folder.hold(),
}

const root = scratch()
let count = 0

async function stored(
  files: Readonly<Record<string, string>>,
): Promise<{ db: DataBase; folder: HeldFolder }> {
  const db = await DataBase.open(`${root}/db${count++}`, { dumpers: [held], durability: 'relaxed' })
  await db.set('k', files, held)
  return { db, folder: await db.get('k', held) }
}

const text = async (folder: HeldFolder, file: string): Promise<string> =>
  Buffer.from(await folder.read(file)).toString()
const stale = { code: 'STALE_HANDLE' }
const corrupt = { code: 'CORRUPT_ENTRY' }
const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`part/${i}`, `value ${i}`]))

describe('a held directory', () => {
  it('reads after the read that opened it has ended, and stays when the key is renamed', async () => {
    const { db, folder } = await stored({ a: 'alpha', b: '{"c": 1}' })
    expect(await folder.names()).toEqual(['a', 'b'])
    await db.rename('k', 'other')
    expect(await text(folder, 'a')).toBe('alpha')
    expect(await folder.readJson('b')).toEqual({ c: 1 })
    expect(await folder.size('a')).toBe(5)
    expect(Buffer.from(await folder.read('a', { offset: 1, length: 2 })).toString()).toBe('lp')
    const again = await folder.hold()
    await folder.close()
    expect(await text(again, 'a')).toBe('alpha')
    await again.close()
  })

  it('is stale once a replaced entry has been removed, and never reads the new one', async () => {
    const { db, folder } = await stored({ a: 'old', gone: 'x' })
    const open = await folder.open('a')
    await db.set('k', { a: 'new' }, held)
    await db.close()
    for (const read of [
      folder.read('a'),
      folder.names(),
      folder.has('b'),
      folder.size('gone'),
      folder.open('a'),
    ]) {
      await expect(read).rejects.toMatchObject(stale)
    }
    expect(Buffer.from(await open.read()).toString()).toBe('old')
    await open.close()
    await folder.close()
  })

  it('tells a missing file of an entry that is still there from one that was removed with it', async () => {
    const { db, folder } = await stored(many)
    rmSync(`${db.path('k')}/part/17`)
    await expect(folder.read('part/17')).rejects.toMatchObject(corrupt)
    await expect(folder.has('part/17')).rejects.toMatchObject(corrupt)
    expect(await folder.has('part/18')).toBe(true)
    expect(await folder.has('part/40')).toBe(false)
    writeFileSync(`${db.path('k')}/part/18`, 'longer than it was')
    await expect(folder.read('part/18')).rejects.toMatchObject(corrupt)
    await folder.close()
  })

  it('refuses links, and what is no file', async () => {
    const { db, folder } = await stored({ 'x/a': 'alpha' })
    await expect(folder.has('x')).rejects.toMatchObject(corrupt)
    renameSync(`${db.path('k')}/x`, `${root}/moved${count}`)
    await expect(folder.read('x/a')).rejects.toMatchObject(corrupt)
    await folder.close()
  })

  it('costs one descriptor, which is closed once, after what is under way', async () => {
    const { db, folder } = await stored(many)
    const path = db.path('k')
    const descriptors = (): number =>
      readdirSync('/proc/self/fd').filter(fd => target(fd)?.startsWith(path)).length
    expect(descriptors()).toBe(1)
    await Promise.all(Object.keys(many).map(name => folder.read(name)))
    expect(descriptors()).toBe(1)
    const last = text(folder, 'part/3')
    await Promise.all([folder.close(), folder.close()])
    expect(await last).toBe('value 3')
    expect(descriptors()).toBe(0)
    await expect(folder.names()).rejects.toMatchObject(stale)
    await expect(folder.hold()).rejects.toMatchObject(stale)
  })
})

/** The descriptor that lists the others is gone when it is asked for. */
function target(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return undefined
  }
}
