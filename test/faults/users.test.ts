/**
 * A database that several users share: the group's permissions decide who writes, a reader makes nothing.
 */
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Diagnosis, Repair, VerifyReport } from '../../src/index.js'
import { newToken } from '../../src/locks/token.js'
import { Client, type User } from './client.js'
import { leftovers } from './scene.js'

/** Of a process that is not there. */
const DEAD = newToken().replace(/\.\d+\./, '.999999999.')

let root: string
let clients: Client[] = []

beforeEach(() => {
  root = mkdtempSync(`${tmpdir()}/dirdict-users-`)
  chmodSync(root, 0o755)
})

afterEach(async () => {
  await Promise.all(clients.map(client => client.kill()))
  rmSync(root, { recursive: true, force: true })
})

/** Only the superuser may start processes of other users. */
const notRoot = process.getuid?.() === 0 ? '' : ' (skipped: needs the superuser)'

describe.skipIf(notRoot !== '')(`other users${notRoot}`, () => {
  const first: User = { uid: 60_001, gid: 60_001 }
  const second: User = { uid: 60_002, gid: 60_001 }

  /** A database that the first user made, in a directory with these permissions. */
  async function shared(mode: number): Promise<{ path: string; owner: Client; other: Client }> {
    const path = `${root}/db`
    mkdirSync(path)
    chownSync(path, first.uid, first.gid)
    chmodSync(path, mode)
    const owner = await Client.open(path, {}, first)
    const other = new Client(second)
    clients = [owner, other]
    return { path, owner, other }
  }

  it('one of the group sets, replaces, renames and deletes keys of the other', async () => {
    const { path, owner, other } = await shared(0o2770)
    await owner.call('setPieces', 'key', 1)
    await owner.call('setPieces', 'nested/below', 1)
    await other.call('open', path)
    await other.call('setPieces', 'key', 2)
    await other.call('setPieces', 'own', 1)
    await other.call('setPieces', 'nested/below', 2)
    await owner.call('setPieces', 'own', 2)
    await owner.call('setPieces', 'key', 3)
    await other.call('rename', 'key', 'moved')
    expect(await other.call('delete', 'moved')).toBe(true)
    expect(await owner.call('delete', 'own')).toBe(true)
    await owner.call('close')
    await other.call('close')
    expect(leftovers(path)).toEqual([])
  })

  it('the lock of the other is respected, and taken over when its holder has died', async () => {
    const { path, owner, other } = await shared(0o2770)
    await other.call('open', path)
    const held = owner.call('hold', 'key', 1)
    held.catch(() => {})
    await owner.event('holding')
    const refused = other.call('set', 'key', 2, { timeout: 20 })
    await expect(refused).rejects.toMatchObject({ code: 'LOCKED' })
    await owner.kill()
    await other.call('set', 'key', 2, { timeout: 10_000 })
    expect(await other.call('get', 'key')).toBe(2)
  })

  it('without write permission NOT_PERMITTED, and the value stays', async () => {
    const { path, owner, other } = await shared(0o2755)
    await owner.call('set', 'key', 1)
    await other.call('open', path)
    for (const [name, ...args] of [
      ['set', 'key', 2],
      ['delete', 'key'],
      ['set', 'new', 2],
    ] as const) {
      await expect(other.call(name, ...args)).rejects.toMatchObject({ code: 'NOT_PERMITTED' })
    }
    expect(await other.call('get', 'key')).toBe(1)
    expect(leftovers(path)).toEqual([])
  })

  it('an entry that its owner has closed to the group is NOT_PERMITTED, and stays', async () => {
    const { path, owner, other } = await shared(0o2770)
    await owner.call('set', 'key', 1)
    chmodSync(`${path}/key`, 0o2750)
    await other.call('open', path)
    for (const [name, ...args] of [
      ['set', 'key', 2],
      ['delete', 'key'],
      ['rename', 'key', 'new'],
    ] as const) {
      await expect(other.call(name, ...args)).rejects.toMatchObject({ code: 'NOT_PERMITTED' })
    }
    expect(await other.call('get', 'key')).toBe(1)
    await other.call('close')
    expect(leftovers(path)).toEqual([])
  })

  it('what the owner has closed to others ends no walk through the keys, and is told by verify, repair and doctor', async () => {
    const { path, owner, other } = await shared(0o2770)
    await owner.call('set', 'a', 1)
    await owner.call('set', 'closed/below', 1)
    await owner.call('set', 'hidden/below', 1)
    await owner.call('set', 'unlisted/below', 1)
    await owner.call('set', 'z/below', 1)
    await owner.call('close')
    chmodSync(`${path}/closed`, 0o700)
    chmodSync(`${path}/hidden/db`, 0o700)
    chmodSync(`${path}/unlisted/db`, 0o710)
    await other.call('open', path)
    const keys = ['a', 'closed', 'hidden', 'unlisted', 'z', 'z/below']
    expect(await other.call('keys', { recurse: true })).toEqual(keys)
    expect(await other.call('entries', { recurse: true })).toEqual([
      'a json',
      'closed unknown',
      'hidden subdb',
      'unlisted subdb',
      'z subdb',
      'z/below json',
    ])
    expect(await other.call('find', { dumper: 'json' })).toEqual(['a', 'z/below'])
    expect(await other.call('tree')).toMatch(/closed +\(NOT_PERMITTED\)/)
    const { problems } = (await other.call('verify')) as VerifyReport
    expect(problems.map(({ key, code }) => `${code} ${key}`)).toEqual([
      'NOT_PERMITTED closed',
      'NOT_PERMITTED hidden',
      'NOT_PERMITTED unlisted',
    ])
    const repairs = (await other.call('repair')) as readonly Repair[]
    expect(new Set(repairs.map(({ key, action }) => `${action} ${key}`))).toEqual(
      new Set(['reported closed', 'reported hidden', 'reported unlisted']),
    )
    const { findings } = (await other.call('doctor')) as Diagnosis
    expect(findings.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
      'unreadable closed',
      'unreadable hidden',
      'unreadable unlisted',
    ])
    for (const key of ['closed/below', 'hidden/below']) {
      await expect(other.call('get', key)).rejects.toMatchObject({ code: 'NOT_PERMITTED' })
    }
    await expect(other.call('copy', 'closed', 'copied')).rejects.toMatchObject({ code: 'NOT_PERMITTED' })
    await other.call('close')
  })

  it('a value that only its writer may read is not taken for torn, and its predecessor does not come back', async () => {
    const { path, owner, other } = await shared(0o2770)
    await other.call('open', path)
    const old = `${path}/.deleting.dirdict/trash/${DEAD}/old-00aa.key`
    await owner.call('set', 'key', 'old')
    cpSync(`${path}/key`, old, { recursive: true })
    await other.call('set', 'key', 'new')
    for (const file of readdirSync(`${path}/key`)) chmodSync(`${path}/key/${file}`, 0o600)
    const repairs = (await owner.call('repair')) as readonly Repair[]
    expect(repairs.map(({ action }) => action)).not.toContain('taken back')
    expect(await other.call('get', 'key')).toBe('new')
    await Promise.all([owner.call('close'), other.call('close')])
  })

  it('what may not be removed is told by repair, which goes on with the rest', async () => {
    const { path, owner, other } = await shared(0o2770)
    await owner.call('set', 'key', 1)
    const held = owner.call('hold', 'key', 2)
    held.catch(() => {})
    await owner.event('holding')
    await owner.kill()
    const work = `${path}/.deleting.dirdict/work`
    const left = `${work}/${DEAD}`
    mkdirSync(`${left}/new`, { recursive: true })
    chownSync(left, first.uid, first.gid)
    chownSync(`${left}/new`, first.uid, first.gid)
    chmodSync(left, 0o2750)
    await other.call('open', path)
    const repairs = (await other.call('repair')) as readonly Repair[]
    expect(repairs.map(({ key, action }) => `${action} ${key}`)).toEqual(['unlocked key', 'reported '])
    expect(repairs[1]?.detail).toContain('does not permit it')
    await other.call('close')
  })

  it('a reader makes nothing on disk, even where it may, and reads while writers write', async () => {
    const { path, owner, other } = await shared(0o777)
    await owner.call('setPieces', 'shared', 1)
    await other.call('open', path, { readonly: true })
    const writing = owner.call('churn', 'key', 30)
    expect(await other.call('readOften', 'shared', 500)).toBe(500)
    await writing
    await owner.call('close')
    await expect(other.call('set', 'new', 1)).rejects.toMatchObject({ code: 'READ_ONLY' })
    await other.call('close')
    expect(ownersBelow(path)).toEqual([first.uid])
  })
})

function ownersBelow(path: string): number[] {
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' })
  return [...new Set(files.map(file => statSync(`${path}/${file}`).uid))]
}
