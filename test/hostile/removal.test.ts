/**
 * Removal stays inside: whatever a stranger, or somebody at the same time, puts in place of what is removed, nothing
 * outside of the database goes.
 */
import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openInside } from '../../src/entry/inside.js'
import { removeTree } from '../../src/entry/remove-tree.js'
import { DataBase } from '../../src/index.js'
import { picture, scratch } from '../unit/scratch.js'
import { child, DEAD, lines, noMounts, PACKAGE } from './scene.js'

const root = scratch()
let made = 0

function folder(): string {
  const path = `${root}/${made++}`
  mkdirSync(path)
  return path
}

/** A directory outside of every database, and what it looks like. */
function canary(): { path: string; before: Record<string, string> } {
  const path = folder()
  for (const name of ['Loader.json', 'precious', 'folder/precious']) {
    mkdirSync(`${path}/folder`, { recursive: true })
    writeFileSync(`${path}/${name}`, 'precious')
  }
  return { path, before: picture(path) }
}

const TRASH = '.deleting.dirdict/trash'

describe('repair, where a link lies', () => {
  const places = {
    'in place of what was replaced': `${TRASH}/${DEAD}`,
    'in place of an entry that was replaced': `${TRASH}/${DEAD}/old-0badcafe.k`,
    'deeper in the trash': `${TRASH}/${DEAD}/old-0badcafe.k/folder`,
    'in place of what was staged': `.deleting.dirdict/work/${DEAD}`,
    'in what was staged': `.deleting.dirdict/work/${DEAD}/new`,
  }
  // Where a directory is to be, a link is nothing that repair understands.
  const setAside = ['in place of what was replaced', 'in place of what was staged']
  it.each(Object.entries(places))('%s, takes the link away and nothing behind it', async (where, place) => {
    const { path, before } = canary()
    const db = await DataBase.open(folder())
    await db.set('k', 1)
    mkdirSync(dirname(`${db.directory}/${place}`), { recursive: true })
    symlinkSync(path, `${db.directory}/${place}`)
    const repairs = await db.repair()
    await db.close()
    const isAside = setAside.includes(where)
    expect(repairs.map(({ action }) => action)).toContain(isAside ? 'set aside' : 'collected')
    expect(lstatSync(`${db.directory}/${place}`, { throwIfNoEntry: false })).toBeUndefined()
    expect(readdirSync(`${db.directory}/${TRASH}`)).toHaveLength(isAside ? 1 : 0)
    expect(picture(path)).toEqual(before)
  })
})

describe('close, where a link lies', () => {
  it.each(['swaps', 'trash', 'work', 'locks', 'ready'])(
    'in place of %s, removes nothing behind it',
    async part => {
      const { path, before } = canary()
      const db = await DataBase.open(folder())
      await db.set('k', 1)
      await db.close()
      rmSync(`${db.directory}/.deleting.dirdict/${part}`, { recursive: true })
      symlinkSync(path, `${db.directory}/.deleting.dirdict/${part}`)
      const again = await DataBase.open(db.directory)
      expect(await again.get('k')).toBe(1)
      await again.close()
      expect(picture(path)).toEqual(before)
    },
  )
})

describe('a tree', () => {
  it('of 10,000 levels goes, without as many descriptors', async () => {
    const path = folder()
    await lines('python3', ['-c', DEEP, path, '10000'], 60)
    await removeTree(`${path}/d`)
    expect(readdirSync(path)).toEqual([])
  })

  it('that holds links and loops goes, and nothing behind them', async () => {
    const outside = canary()
    const path = folder()
    mkdirSync(`${path}/tree/a/b`, { recursive: true })
    symlinkSync(outside.path, `${path}/tree/a/link`)
    symlinkSync(`${path}/tree`, `${path}/tree/a/b/loop`)
    await removeTree(`${path}/tree`)
    expect(readdirSync(path)).toEqual([])
    expect(picture(outside.path)).toEqual(outside.before)
  })

  it('is not entered through a link that was a directory a moment ago', () => {
    const path = folder()
    mkdirSync(`${path}/tree/inner`, { recursive: true })
    const tree = openInside(`${path}/tree`)
    renameSync(`${path}/tree/inner`, `${path}/elsewhere`)
    symlinkSync(`${path}/elsewhere`, `${path}/tree/inner`)
    expect(() => openInside(tree.path, 'inner')).toThrow(/ENOTDIR|ELOOP/)
    tree.close()
  })

  it.runIf(process.platform === 'linux')(
    'that somebody swaps with a link again and again takes nothing along from outside',
    { timeout: 120_000 },
    async () => {
      const outside = canary()
      const [last] = await lines(
        process.execPath,
        [child('race.mjs'), PACKAGE, folder(), outside.path, '3'],
        100,
      )
      const { rounds, swaps } = JSON.parse(last ?? '') as { rounds: number; swaps: number }
      expect(rounds).toBeGreaterThan(0)
      expect(swaps).toBeGreaterThan(0)
      // What is being written may land there; whoever may swap what others stage may write it himself.
      expect(picture(outside.path)).toMatchObject(outside.before)
    },
  )
})

describe(`what is mounted${noMounts}`, () => {
  it
    .skipIf(noMounts !== '')
    .each([
      'in a value',
      'in a nested database',
      'in place of a nested database',
      'in the trash',
      'in place of what was replaced',
      'in what was staged',
      'in place of the trash',
      'of the database in itself',
    ])('%s is kept by delete, repair and remove', { timeout: 120_000 }, async where => {
    const outside = canary()
    const args = ['--mount', '--propagation', 'private', process.execPath, child('mounted.mjs')]
    const [last] = await lines('unshare', [...args, PACKAGE, folder(), outside.path, DEAD, where], 100)
    const outcomes = JSON.parse(last ?? '') as Record<string, string>
    expect(Object.entries(outcomes).filter(([, outcome]) => outcome.startsWith('raw'))).toEqual([])
    // By then the database is no longer where it was.
    if (outcomes.remove !== 'ok')
      expect(outcomes.remove).toMatch(/ what is left of it lies in \S+\.deleting\./)
    expect(picture(outside.path)).toEqual(outside.before)
  })
})

/** By relative steps: the whole path would be longer than the system takes. */
const DEEP = `
import os, sys
os.chdir(sys.argv[1])
for _ in range(int(sys.argv[2])):
    os.mkdir('d')
    os.chdir('d')
open('bottom', 'w').close()`
