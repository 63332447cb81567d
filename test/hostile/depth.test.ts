/**
 * Directories that are nested more deeply than a path can tell, and as deeply as one can: each operation ends, with a
 * result or with an error of ours.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DataBase, doctor, folder, isDirdictError } from '../../src/index.js'
import { scratch } from '../unit/scratch.js'

/** By relative steps: the whole path would be longer than the system takes. */
const NEST = `
import os, sys
path, levels, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
os.chdir(path)
for _ in range(levels):
    os.mkdir('d')
    os.chdir('d')
    if kind == 'databases':
        open('Loader.json', 'w').write('{"Loader": "data_base.isf_data_base.IO.LoaderDumper.just_create_isf_db"}')
        os.mkdir('db')
        os.chdir('db')
        open('db_state.json', 'w').write('{"_unique_id": "x"}')
open('bottom', 'w').close()`

const root = scratch()
// What no path reaches, node does not remove.
afterAll(() => execFileSync('rm', ['-rf', root]))

async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
    return 'ok'
  } catch (error) {
    return isDirdictError(error) ? error.code : String((error as Error).stack)
  }
}

describe.each([
  ['databases', 300],
  ['databases', 2_000],
  ['plain directories', 1_000],
  ['plain directories', 5_000],
])('%s, %i levels deep', (kind, levels) => {
  it('are walked, copied and removed, or refused with a code', { timeout: 120_000 }, async () => {
    const path = `${root}/${kind}-${levels}`
    const db = await DataBase.open(path, { durability: 'relaxed' })
    await db.set('plain', 'a value')
    await db.createFolder('deep')
    const place = kind === 'databases' ? path : `${path}/deep`
    execFileSync('python3', ['-c', NEST, place, String(levels), kind])
    const key = kind === 'databases' ? 'd' : 'deep'
    const operations: Record<string, () => Promise<unknown>> = {
      keys: () => db.keys({ recurse: true }),
      find: () => db.find({ dumper: 'text' }),
      tree: async () => db.tree(),
      metadata: () => db.metadata(key),
      get: () => db.get(key),
      'files of a folder': async () => (kind === 'databases' ? [] : (await db.get('deep', folder)).path),
      verify: () => db.verify(),
      doctor: () => doctor(path),
      repair: () => db.repair(),
      copy: () => db.copy(key, db, 'copied'),
    }
    const outcomes: Record<string, string> = {}
    for (const [name, operation] of Object.entries(operations)) outcomes[name] = await outcome(operation)
    expect(Object.entries(outcomes).filter(([, told]) => !/^(ok|[A-Z_]+)$/.test(told))).toEqual([])
    expect(await db.get('plain')).toBe('a value')
    expect(await db.delete(key)).toBe(true)
    await db.close()
    expect(readdirSync(`${path}/.deleting.dirdict/trash`)).toEqual([])
    expect(readdirSync(path)).not.toContain(key)
    const again = await DataBase.open(path)
    await again.remove()
    expect(readdirSync(root)).not.toContain(basename(path))
  })
})
