/** A nested database that is moved away while a value is being staged in it, and another one made in its place. */
import { expect, it } from 'vitest'
import { DataBase, type Dumper } from '../../src/index.js'
import { scratch } from './scratch.js'

const root = scratch()

it('a write below says STALE_HANDLE, though there is a database in its place again', async () => {
  const mover: Dumper<string, string> = {
    name: 'mover',
    check: value => typeof value === 'string',
    async dump(value, folder) {
      await db.rename('nested', 'moved')
      await db.sub('nested', { create: true })
      await folder.write('value', Buffer.from(value))
      return undefined
    },
    load: async () => '',
  }
  const db = await DataBase.open(`${root}/db`, { durability: 'relaxed', dumpers: [mover] })
  const nested = await db.sub('nested', { create: true })
  await nested.set('first', 1)
  await expect(nested.set('k', 'x', mover)).rejects.toMatchObject({ code: 'STALE_HANDLE' })
  expect(await db.keys({ recurse: true })).toEqual(['moved', 'moved/first', 'nested'])
  await db.close()
})
