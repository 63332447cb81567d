/**
 * repair of what it does not understand: set aside and never removed, links never followed; a dry run changes nothing, and
 * foretells what repair does, in any mess.
 */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { DatabaseDirectory } from '../../src/entry/database-directory.js'
import { DataBase, type Progress, type Repair, restoreState } from '../../src/index.js'
import { acquireFileLock } from '../../src/locks/file.js'
import { newToken } from '../../src/locks/token.js'
import { picture, scratch } from './scratch.js'

const root = scratch()
/** Of processes that are not there. */
const dead = (): string => newToken().replace(/\.\d+\./, '.999999999.')
const SERVICE = '.deleting.dirdict'
const canary = `${root}/canary`
let count = 0
let db: DataBase

beforeEach(async () => {
  db = await DataBase.open(`${root}/db${count++}`, { durability: 'relaxed' })
  await db.set('a', 'alpha')
  await db.set('b', [1, 2])
  await db.set('n/x', 'deep')
  await db.close()
  db = await DataBase.open(db.directory, { durability: 'relaxed' })
  rmSync(canary, { recursive: true, force: true })
  mkdirSync(`${canary}/key`, { recursive: true })
  writeFileSync(`${canary}/key/Loader.json`, '{}')
})

const at = (...parts: readonly string[]): string => [db.directory, ...parts].join('/')
const inService = (...parts: readonly string[]): string => at(SERVICE, ...parts)

/** Names, contents, inodes and times of all that lies there. */
function snapshot(): Record<string, string> {
  const seen = picture(db.directory)
  for (const name of Object.keys(seen)) {
    const { ino, mtimeNs, ctimeNs } = lstatSync(at(name), { bigint: true })
    seen[name] += ` ${ino} ${mtimeNs} ${ctimeNs}`
  }
  return seen
}

const withoutPlaces = (repairs: readonly Repair[]): readonly Repair[] =>
  repairs.map(({ key, action, detail }) => ({ key, action, detail }))

/** What repair does; a dry run before it said so, and changed nothing. */
async function repaired(): Promise<readonly Repair[]> {
  const before = snapshot()
  const foretold = await db.repair({ dryRun: true })
  expect(snapshot()).toEqual(before)
  const done = await db.repair()
  expect(withoutPlaces(done)).toEqual(foretold)
  return done
}

type Mess = readonly [name: string, make: () => void]

function dirty(path: string, file = 'content'): void {
  mkdirSync(path, { recursive: true })
  writeFileSync(`${path}/${file}`, 'somebody wants this')
}

const UNKNOWN: readonly Mess[] = [
  ['a folder in work', () => dirty(inService('work/mine'))],
  ['a file in trash', () => writeFileSync(inService('trash/notes.txt'), 'notes')],
  ['a link in work', () => symlinkSync(canary, inService('work/link'))],
  ['a FIFO in locks', () => execFileSync('mkfifo', [inService('locks/fifo')])],
  ['a file in a lock', () => dirty(inService('locks/a'), 'foreign')],
  ['a folder among the stamps', () => dirty(inService('swaps/a'))],
  ['a link among the stamps', () => symlinkSync(canary, inService('swaps/b'))],
  ['a file among the swaps', () => writeFileSync(inService('ready/a'), '')],
  ['a folder without records among the swaps', () => dirty(inService('ready/b'))],
  ['a link among the swaps', () => symlinkSync(`${canary}/key`, inService('ready/c'))],
  ['a link with the name of one who died, in trash', () => symlinkSync(canary, inService('trash', dead()))],
  ['a file with the name of one who died, in work', () => writeFileSync(inService('work', dead()), '')],
  ['an announcement with something in it', () => dirty(at(`.deleting.${dead()}`))],
  [
    'a file in place of work',
    () => {
      rmSync(inService('work'), { recursive: true })
      writeFileSync(inService('work'), '')
    },
  ],
  [
    'a link in place of locks',
    () => {
      rmSync(inService('locks'), { recursive: true })
      symlinkSync(canary, inService('locks'))
    },
  ],
]

const LEFT: readonly Mess[] = [
  ['staged by one who died', () => dirty(inService('work', dead(), 'new'))],
  ['a draft of one who died', () => writeFileSync(inService('work', `${dead()}.s`), '')],
  ['trash of one who died', () => dirty(inService('trash', dead(), 'deleted-00aa'))],
  ['a lock of one who died', () => mkdirSync(inService('locks/a', dead()), { recursive: true })],
  ['an announcement of one who died', () => mkdirSync(at(`.deleting.${dead()}`))],
  [
    'a record that was being changed by one who died',
    () => {
      const token = dead()
      mkdirSync(inService('locks/b', token), { recursive: true })
      mkdirSync(at(`.deleting.${token}`))
    },
  ],
  ['a swap before its last rename', () => renameSync(at('b'), inService('ready/b'))],
  [
    'a swap to an entry whose record Python replaced',
    () => {
      cpSync(at('a'), inService('ready/a'), { recursive: true })
      writeFileSync(inService('ready/a/metadata.json'), '{}')
      rmSync(inService('ready/a/Loader.json'))
    },
  ],
  [
    'a torn entry with its predecessor',
    () => {
      cpSync(at('a'), inService('trash', dead(), 'old-00aa.a'), { recursive: true })
      truncateSync(at('a/value.json'), 1)
    },
  ],
  ['a record that is gone', () => rmSync(at('n/db/x/metadata.json'))],
  ['a nested database without its state', () => rmSync(at('n/db/db_state.json'))],
]

describe('what it does not understand is set aside, and told with where it lies', () => {
  it.each(UNKNOWN)('%s', async (_, make) => {
    make()
    const done = await repaired()
    expect(done.map(({ action }) => action)).toEqual(['set aside'])
    const [{ to }] = done as readonly [Repair]
    expect(lstatSync(at(to!))).toBeDefined()
    expect(readdirSync(`${canary}/key`)).toEqual(['Loader.json'])
    expect(await repaired()).toEqual([])
    await db.set('a', 'again')
    await db.set('b', 'again')
    await db.close()
    expect(lstatSync(at(to!))).toBeDefined()
    expect(readFileSync(at('a/value.json'), 'utf8')).toContain('again')
  })

  it('but for a directory in a lock while it changes: a newer version may hold the lock so', async () => {
    const path = inService('locks/k', 'owner of a newer version')
    mkdirSync(path, { recursive: true })
    expect((await repaired()).map(({ action }) => action)).toEqual(['reported'])
    expect(existsSync(path)).toBe(true)
    utimesSync(path, 0, 0)
    expect((await repaired()).map(({ action }) => action)).toEqual(['set aside'])
    expect(existsSync(path)).toBe(false)
  })

  it('and keeps what was replaced while its successor cannot be put into place', async () => {
    const old = `${inService('trash', dead())}/old-00aa.a`
    cpSync(at('a'), old, { recursive: true })
    cpSync(at('a'), inService('ready/a'), { recursive: true })
    rmSync(at('a'), { recursive: true })
    writeFileSync(at('a'), 'a file in its place')
    expect((await repaired()).map(({ action }) => action)).toEqual(['reported'])
    expect(existsSync(old)).toBe(true)
    rmSync(at('a'))
    expect((await repaired()).map(({ action }) => action)).toEqual(['finished', 'collected'])
    expect(existsSync(old)).toBe(false)
  })

  it('also where there is no trash yet', async () => {
    rmSync(inService('trash'), { recursive: true })
    dirty(inService('work/mine'))
    const [{ to }] = (await repaired()) as readonly [Repair]
    expect(readdirSync(at(to!))).toEqual(['content'])
  })

  it('but for a service directory that is a link: nothing is written through it', async () => {
    await db.close()
    rmSync(inService(), { recursive: true })
    dirty(`${canary}/work/${dead()}`)
    symlinkSync(canary, inService())
    db = await DataBase.open(db.directory, { durability: 'relaxed' })
    const before = picture(canary)
    expect((await db.repair()).map(({ action }) => action)).toEqual(['reported'])
    expect(picture(canary)).toEqual(before)
  })

  it('a link in the trash of one who died is removed, and not what it leads to', async () => {
    const trash = inService('trash', dead())
    mkdirSync(trash)
    symlinkSync(`${canary}/key`, `${trash}/old-00aa.zzz`)
    expect((await repaired()).map(({ action }) => action)).toEqual(['collected'])
    expect([existsSync(trash), readdirSync(`${canary}/key`)]).toEqual([false, ['Loader.json']])
  })

  it('a file in the place of a key, whose replacement waits, is left where it is', async () => {
    renameSync(at('a'), inService('ready/a'))
    writeFileSync(at('a'), 'mine')
    expect((await repaired()).map(({ action }) => action)).toEqual(['reported'])
    expect(readFileSync(at('a'), 'utf8')).toBe('mine')
  })
})

it('a dry run foretells what repair does, in any mess', async () => {
  const messes = [...UNKNOWN, ...LEFT]
  const some = fc.uniqueArray(fc.integer({ min: 0, max: messes.length - 1 }), { minLength: 2, maxLength: 5 })
  const original = `${root}/original`
  await db.close()
  cpSync(db.directory, original, { recursive: true })
  await fc.assert(
    fc.asyncProperty(some, async chosen => {
      rmSync(db.directory, { recursive: true, force: true })
      cpSync(original, db.directory, { recursive: true })
      db = await DataBase.open(db.directory, { durability: 'relaxed' })
      for (const index of chosen) {
        const [, make] = messes[index]!
        // Two messes may want one place; the first has it.
        try {
          make()
        } catch (error) {
          if (
            !/^E(EXIST|ISDIR|NOTDIR|NOENT|LOOP|NOTEMPTY)$/.test((error as NodeJS.ErrnoException).code ?? '')
          )
            if (!String(error).includes('mkfifo') && !String(error).includes('ERR_FS')) throw error
        }
      }
      await repaired()
      const rest = await repaired()
      expect(rest.filter(({ action }) => action !== 'reported')).toEqual([])
      await db.close()
    }),
    { numRuns: 25 },
  )
})

describe('repair', () => {
  it('takes no unknown options, and a dry run by a readonly handle', async () => {
    for (const options of [{ dry: true }, { dryRun: 1 }, { signal: 1 }, { onProgress: 1 }]) {
      await expect(db.repair(options as object)).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    }
    const reader = await DataBase.open(db.directory, { readonly: true })
    mkdirSync(inService('work', dead()))
    expect(await reader.repair({ dryRun: true })).toMatchObject([{ action: 'collected' }])
    await expect(reader.repair()).rejects.toMatchObject({ code: 'READ_ONLY' })
  })

  it('ends with the reason of its signal, and what is left is repaired later', async () => {
    mkdirSync(inService('work', dead()))
    const reason = new Error('enough')
    await expect(db.repair({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const lock = await acquireFileLock(new DatabaseDirectory(db.directory), 'a')
    rmSync(at('a/metadata.json'))
    const signal = AbortSignal.timeout(50)
    await expect(db.repair({ signal })).rejects.toMatchObject({ name: 'TimeoutError' })
    await lock.release()
    expect(await db.repair()).toMatchObject([{ key: 'a', action: 'restored' }])
  })

  it('collects what a calculation that failed has left for those who waited', async () => {
    for (const suffix of ['e', 'error']) writeFileSync(inService('work', `${dead()}.${suffix}`), '{}')
    expect((await db.repair()).map(({ action }) => action)).toEqual(['collected', 'collected'])
    expect([readdirSync(inService('work')), readdirSync(inService('trash'))]).toEqual([[], []])
  })

  it('goes past one broken entry and one broken nested database among thousands', async () => {
    await db.batch(async batch => {
      for (let i = 0; i < 2000; i++) await batch.set(`k${i}`, i)
    })
    writeFileSync(at('k3/dirdict.json'), '{]}')
    rmSync(at('n/db/db_state.json'))
    rmSync(at('k1999/metadata.json'))
    const seen: Progress[] = []
    const done = await db.repair({ onProgress: progress => seen.push(progress) })
    expect(done.map(({ key, action }) => `${action} ${key}`)).toEqual([
      'restored k1999',
      'reported k3',
      'reported n',
    ])
    expect(seen.at(-1)).toMatchObject({ done: 2003, total: 2003 })
  })
})

describe('restoreState', () => {
  it('leaves a sound one as it is', async () => {
    const before = snapshot()
    expect(await restoreState(db.directory)).toBe(db.id)
    expect(snapshot()).toEqual(before)
  })

  it('keeps an id that can still be read, and sets the damaged file aside', async () => {
    const { id } = db
    const text = readFileSync(at('db_state.json'), 'utf8')
    truncateSync(at('db_state.json'), text.indexOf('_registered_to_path'))
    expect(() => db.id).toThrow('restoreState')
    expect(await restoreState(db.directory)).toBe(id)
    expect(Object.keys(JSON.parse(readFileSync(at('db_state.json'), 'utf8')))).toEqual([
      '_registeredDumpers',
      '_unique_id',
      '_registered_to_path',
    ])
    expect(readdirSync(inService('trash')).filter(name => name.startsWith('aside-'))).toHaveLength(1)
  })

  it('makes a new id where the file is gone, and open says so', async () => {
    const { id } = db
    await db.close()
    rmSync(at('db_state.json'))
    await expect(DataBase.open(db.directory)).rejects.toThrow('restoreState')
    expect(await restoreState(db.directory)).not.toBe(id)
    expect(await (await DataBase.open(db.directory)).get('a')).toBe('alpha')
  })

  it('makes no database of any other folder', async () => {
    await expect(restoreState(canary.replace('canary', 'nothing'))).rejects.toMatchObject({
      code: 'NOT_A_DATABASE',
    })
    mkdirSync(`${canary}/plain/folder`, { recursive: true })
    await expect(restoreState(`${canary}/plain`)).rejects.toMatchObject({ code: 'NOT_A_DATABASE' })
    expect(readdirSync(`${canary}/plain`)).toEqual(['folder'])
  })
})
