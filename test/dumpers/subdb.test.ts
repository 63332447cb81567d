/** subdb: a database inside a database, which is never taken for a value, nor a value for it. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DataBase, subdb } from '../../src/index.js'
import { temporaryDatabase } from './temporary.js'

describe('a nested database', () => {
  it('lies in db/ and is a whole database by itself', async () => {
    const db = await temporaryDatabase()
    await db.set('trial/one/voltage', 1)
    expect(existsSync(`${db.path('trial')}/db/db_state.json`)).toBe(true)
    const alone = await DataBase.open(`${db.path('trial')}/db`, { readonly: true })
    expect(await alone.get('one/voltage')).toBe(1)
    expect(readFileSync(`${db.path('trial')}/Loader.json`, 'utf8')).toContain('just_create_isf_db')
  })

  it('is given as a DataBase', async () => {
    const db = await temporaryDatabase()
    await db.set('a/b', 1)
    const nested = await db.get('a', subdb)
    expect(nested).toBeInstanceOf(DataBase)
    expect(await nested.keys()).toEqual(['b'])
  })

  it('is no value: set refuses it and names what makes one', async () => {
    const db = await temporaryDatabase()
    const other = await db.sub('other', { create: true })
    await expect(db.set('a', other as never, subdb)).rejects.toMatchObject({
      code: 'VALUE_REJECTED',
      message: expect.stringContaining('db.sub(key, { create: true })'),
    })
    await expect(db.set('a', other)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    expect(await db.has('a')).toBe(false)
  })

  it('is never overwritten by data, nor data by it', async () => {
    const db = await temporaryDatabase()
    await db.set('a/b', 1)
    await db.set('c', 1)
    await expect(db.set('a', 2)).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    await expect(db.sub('c', { create: true })).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    await expect(db.set('c/d', 1)).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    expect([await db.get('a/b'), await db.get('c')]).toEqual([1, 1])
  })

  it('knows the dumpers that were registered with the database around it', async () => {
    const db = await temporaryDatabase()
    db.registerDumper({
      name: 'constant',
      check: () => false,
      dump: async (_value, into) => into.write('c', Uint8Array.of(1)).then(() => undefined),
      load: async () => 'constant',
    })
    const nested = await db.sub('a', { create: true })
    expect(() => nested.registerDumper({ ...subdb, name: 'constant' })).toThrow('There is another dumper')
  })

  it('is stale once its key was deleted or renamed', async () => {
    const db = await temporaryDatabase()
    const nested = await db.sub('a', { create: true })
    await nested.set('b', 1)
    await db.rename('a', 'c')
    await expect(nested.get('b')).rejects.toMatchObject({ code: 'STALE_HANDLE' })
    await expect(nested.set('b', 2)).rejects.toMatchObject({ code: 'STALE_HANDLE' })
    expect(await db.get('c/b')).toBe(1)
  })
})
