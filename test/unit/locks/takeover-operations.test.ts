/**
 * A lock that is taken away in the middle of each operation that changes a key, at every step: what the thief did
 * stands, the operation fails with LOCK_LOST, and nothing of it is left.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { DatabaseDirectory } from '../../../src/entry/database-directory.js'
import { DataBase, isDirdictError, shared } from '../../../src/index.js'
import { FileLock } from '../../../src/locks/file.js'
import { newToken } from '../../../src/locks/token.js'
import { rowsNamed } from '../../faults/children/rows.mjs'
import { leftIn } from './scene.js'

/** An operation takes fewer steps than this. */
const MOST_STEPS = 80

interface Operation {
  readonly before: (db: DataBase) => Promise<unknown>
  readonly run: (db: DataBase) => Promise<unknown>
}

const nothing = async (): Promise<void> => {}
const present = (db: DataBase): Promise<void> => db.set('k', 'before')

const operations: Record<string, Operation> = {
  'a set of a fresh key': { before: nothing, run: db => db.set('k', 'holder') },
  'an overwriting set': { before: present, run: db => db.set('k', 'holder') },
  'a deletion': { before: present, run: db => db.delete('k') },
  'a rename away': { before: present, run: db => db.rename('k', 'other') },
  'a rename to it': {
    before: db => db.set('other', 'before'),
    run: db => db.rename('other', 'k'),
  },
  'an annotation': { before: present, run: db => db.annotate('k', { tags: ['holder'] }) },
  'an update': { before: present, run: db => db.update('k', () => 'holder') },
  'a calculation': { before: nothing, run: db => db.maybeCalculate('k', () => 'holder') },
  'a batch': {
    before: present,
    run: db =>
      db.batch(async batch => {
        await batch.set('k', 'holder')
        await batch.set('other', 'holder')
      }),
  },
  'an append of shared': {
    before: db => db.set('k', { rows: rowsNamed(1) }, shared),
    run: async db => (await db.get('k', shared)).append('rows', rowsNamed(2)),
  },
}

let template: string
let path: string

beforeAll(async () => {
  template = mkdtempSync(`${tmpdir()}/dirdict-thief-`)
  const db = await DataBase.open(template, { durability: 'relaxed' })
  await db.set('k', 'thief')
  await db.close()
})

afterAll(() => rmSync(template, { recursive: true, force: true }))
afterEach(() => rmSync(path, { recursive: true, force: true }))

it.each(Object.entries(operations))('%s', async (_, operation) => {
  let tried = 0
  for (let step = 1; step <= MOST_STEPS; step++) {
    path = mkdtempSync(`${tmpdir()}/dirdict-robbed-`)
    const db = await DataBase.open(path, { durability: 'relaxed' })
    await operation.before(db)
    const { robbed, error } = await disturbed(step, () => operation.run(db))
    if (!robbed) {
      await db.close()
      expect(error).toBeUndefined()
      return expect(tried).toBeGreaterThan(1)
    }
    tried++
    expect(isDirdictError(error) ? error.code : error, `step ${step}`).toBe('LOCK_LOST')
    expect(await db.get('k'), `step ${step}`).toBe('thief')
    expect((await db.verify()).problems, `step ${step}`).toEqual([])
    await db.close()
    expect(leftIn(new DatabaseDirectory(path)).filter(isLeft), `step ${step}`).toEqual([])
    expect(readdirSync(path).filter(name => name.includes('.deleting.'))).toEqual(['.deleting.dirdict'])
    rmSync(path, { recursive: true })
  }
  throw new Error('the operation never came to its end undisturbed')
})

/** A stamp is swept later, and an empty lock is none. */
function isLeft(name: string): boolean {
  return !name.startsWith('swaps/') && !/^locks\/[^/]+$/.test(name)
}

const STEPS = ['entry', 'readyEntry', 'stamp', 'work', 'trash', 'announcement', 'endChange', 'sync'] as const

/** Runs `action` with a theft at the n-th look at a path while the lock of `k` is held. */
async function disturbed(
  step: number,
  action: () => Promise<unknown>,
): Promise<{ robbed: boolean; error: unknown }> {
  let remaining = step
  const look = (): void => {
    if (remaining > 0 && isHeld() && --remaining === 0) steal()
  }
  const restore = [
    ...STEPS.map(name => precede(DatabaseDirectory.prototype, name, look)),
    precede(FileLock.prototype, 'assertHeld', look),
  ]
  try {
    const error = await action().then(
      () => undefined,
      failure => failure,
    )
    return { robbed: remaining === 0, error }
  } finally {
    for (const undo of restore) undo()
  }
}

/** Has `look` called before each call of a method; the result ends that. */
function precede<Name extends string>(
  prototype: Record<Name, (...args: never[]) => unknown>,
  name: Name,
  look: () => void,
): () => void {
  const original = prototype[name]
  Object.assign(prototype, {
    [name](this: unknown, ...args: readonly unknown[]): unknown {
      look()
      return Reflect.apply(original, this, args)
    },
  })
  return () => Object.assign(prototype, { [name]: original })
}

function isHeld(): boolean {
  const lock = `${path}/.deleting.dirdict/locks/k`
  return existsSync(lock) && readdirSync(lock).length > 0
}

/** Takes the lock as one does after its owner's silence, sets the key, and gives it back. */
function steal(): void {
  const service = `${path}/.deleting.dirdict`
  const [owner = ''] = readdirSync(`${service}/locks/k`)
  const mine = `${service}/locks/k/${newToken()}`
  renameSync(`${service}/locks/k/${owner}`, mine)
  rmSync(`${path}/.deleting.${owner}`, { recursive: true, force: true })
  const old = `${mine}/old-${newToken()}`
  if (existsSync(`${service}/ready/k`)) {
    if (existsSync(`${path}/k`)) renameSync(`${path}/k`, `${mine}/earlier-${newToken()}`)
    renameSync(`${service}/ready/k`, `${path}/k`)
  }
  cpSync(`${template}/k`, `${mine}/staged`, { recursive: true })
  if (existsSync(`${path}/k`)) renameSync(`${path}/k`, old)
  renameSync(`${mine}/staged`, `${path}/k`)
  rmSync(mine, { recursive: true })
}
