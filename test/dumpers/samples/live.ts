/** Entries that the conformance suite is run with whose files change in place: managed folders, nested databases. */
import { isDeepStrictEqual } from 'node:util'
import { folder } from '../../../dumpers/folder.js'
import { subdb } from '../../../dumpers/subdb.js'
import type { DumperTests, TestRunner } from '../../../src/testing/index.js'
import { fixturesOf } from './fixtures.js'

type Tests<D extends Parameters<typeof fixturesOf>[0]> = Omit<DumperTests<D>, keyof TestRunner>

export const folderTests: Tests<typeof folder> = {
  dumper: folder,
  samples: [
    { name: 'no files', value: null, expected: {} },
    { name: 'no files by name', value: {} },
    { name: 'files of text and bytes', value: { 'a.txt': 'alpha', 'b.bin': Uint8Array.of(0, 1, 2) } },
    { name: 'files in directories', value: { 'x/y/z.txt': 'deep', 'x/a b.txt': '', 'ä.csv': '1;2' } },
  ],
  async equals(handle, expected) {
    const found = await Promise.all(
      (await handle.names()).map(async name => [name, Buffer.from(await handle.read(name)).toString('hex')]),
    )
    const wanted = Object.entries(expected ?? {}).map(([name, data]) => [
      name,
      Buffer.from(data).toString('hex'),
    ])
    return isDeepStrictEqual(found, wanted.sort())
  },
  foreign: [undefined, 1, 'a', ['a'], new Uint8Array(1), { a: 1 }, { a: null }],
  rejected: [1, 'a', ['a'], { a: 1 }, { 'Loader.json': 'a record' }, { 'dirdict.json': 'a record' }],
  fixtures: fixturesOf(folder),
}

export const subdbTests: Tests<typeof subdb> = {
  dumper: subdb,
  samples: [
    {
      name: 'an empty database',
      expected: {},
      store: async (db, key) => void (await db.sub(key, { create: true })),
    },
    {
      name: 'a database with values and a database in it',
      expected: { a: 1, 'b/c': 'two' },
      async store(db, key) {
        const inner = await db.sub(key, { create: true })
        await inner.set('a', 1)
        await inner.set('b/c', 'two')
      },
    },
  ],
  async equals(inner, expected) {
    const found: Record<string, unknown> = {}
    for (const entry of await inner.entries({ recurse: true })) {
      if (entry.dumper !== 'subdb') found[entry.key] = await entry.get()
    }
    return isDeepStrictEqual(found, expected)
  },
  foreign: [null, {}, [], new Map()],
  rejected: [null, {}, 1],
  fixtures: fixturesOf(subdb),
}
