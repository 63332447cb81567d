/** folder: the user's own files under a key, changed in place by this process and by others. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { DataBase, folder } from '../../src/index.js'
import { temporaryDatabase } from './temporary.js'

describe('a managed folder', () => {
  it('shows files that other programs put into it', async () => {
    const db = await temporaryDatabase()
    const files = await db.createFolder('morphology')
    mkdirSync(`${files.path}/swc`)
    writeFileSync(`${files.path}/swc/cell.swc`, '1 1 0 0 0 1 -1')
    expect(await files.names()).toEqual(['swc/cell.swc'])
    expect(Buffer.from(await files.read('swc/cell.swc', { offset: 2, length: 3 })).toString()).toBe('1 0')
  })

  it('is made once: createFolder gives the one that is there', async () => {
    const db = await temporaryDatabase()
    await (await db.createFolder('a')).write('x.txt', 'x')
    expect(await (await db.createFolder('a')).names()).toEqual(['x.txt'])
  })

  it('replaces a file as a whole', async () => {
    const db = await temporaryDatabase()
    const files = await db.createFolder('a')
    await files.write('x/y.txt', 'a long text')
    await files.write('x/y.txt', 'short')
    expect(readFileSync(`${files.path}/x/y.txt`, 'utf8')).toBe('short')
  })

  it('leaves out its records, and refuses to overwrite them', async () => {
    const db = await temporaryDatabase()
    const files = await db.createFolder('a')
    expect(await files.names()).toEqual([])
    for (const record of ['Loader.json', 'metadata.json', 'dirdict.json']) {
      await expect(files.write(record, '{}')).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    }
  })

  it.each(['../a.txt', '/etc/hostname', 'a//b', './a', '', 'a/../../b', 'a\0b'])(
    'neither reads nor writes %j, which leaves it',
    async name => {
      const db = await temporaryDatabase()
      const files = await db.createFolder('a')
      await expect(files.write(name, 'x')).rejects.toMatchObject({ code: 'OPTION_INVALID' })
      await expect(files.read(name)).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    },
  )

  it('says CORRUPT_ENTRY for a file that is not there', async () => {
    const db = await temporaryDatabase()
    const files = await db.createFolder('a')
    await expect(files.read('x.txt')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })

  it('is not written through a database that was opened readonly', async () => {
    const db = await temporaryDatabase()
    await db.set('a', { 'x.txt': 'x' }, folder)
    const readonly = await DataBase.open(db.directory, { readonly: true })
    const files = await readonly.get('a', folder)
    await expect(files.write('y.txt', 'y')).rejects.toMatchObject({ code: 'READ_ONLY' })
    expect(await files.names()).toEqual(['x.txt'])
  })
})

describe('file(suffix)', () => {
  it('is the path of the one file that ends so', async () => {
    const db = await temporaryDatabase()
    await db.set('a', { 'cell.swc': '', 'cell.hoc': '' }, folder)
    const files = await db.get('a', folder)
    expect(await files.file('.hoc')).toBe(`${files.path}/cell.hoc`)
  })

  it('says OPTION_INVALID where there are none or several', async () => {
    const db = await temporaryDatabase()
    await db.set('a', { 'a.txt': '', 'b.txt': '' }, folder)
    const files = await db.get('a', folder)
    await expect(files.file('.txt')).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    await expect(files.file('.hoc')).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })
})

it.each(['db', 'db_state.json', 'sqlitedict.db', 'object_meta.json', 'Loader.pickle'])(
  'warns of a file named %s, which confuses ISF',
  async name => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    try {
      const db = await temporaryDatabase()
      await db.set('a', { [name]: 'x' }, folder)
      expect(warn.mock.calls.map(([message]) => String(message))).toEqual([expect.stringContaining(name)])
    } finally {
      warn.mockRestore()
    }
  },
)

it('a handle is stale once its key was renamed, and says so before it writes', async () => {
  const db = await temporaryDatabase()
  const files = await db.createFolder('a')
  await db.rename('a', 'b')
  await db.set('a', 1)
  await expect(files.write('x.txt', 'x')).rejects.toMatchObject({ code: 'STALE_HANDLE' })
  await expect(files.names()).rejects.toMatchObject({ code: 'STALE_HANDLE' })
  expect(await db.get('a')).toBe(1)
})

it('a folder whose directory was removed by hand is stale', async () => {
  const db = await temporaryDatabase()
  const files = await db.createFolder('a')
  rmSync(files.path, { recursive: true })
  await expect(files.read('x.txt')).rejects.toMatchObject({ code: 'STALE_HANDLE' })
})
