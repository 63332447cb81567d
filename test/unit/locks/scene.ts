/**
 * Locks as others have left them, made by hand: tokens of the dead and of other hosts, and what lies on the disk.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { DatabaseDirectory } from '../../../src/entry/database-directory.js'
import { newToken } from '../../../src/locks/token.js'

/** This thread's token with other fields: where, pid, start time, thread. */
export function tokenWith(fields: Partial<Record<0 | 1 | 2 | 3, string>>): string {
  const parts = newToken().split('.')
  return parts
    .map((part, index) => Object.entries(fields).find(([at]) => Number(at) === index)?.[1] ?? part)
    .join('.')
}

/** The token of a process that has ended. */
export function deadToken(): string {
  const { pid } = spawnSync('true')
  return tokenWith({ 1: String(pid), 3: String(pid) })
}

/** The token of a process on another machine. */
export function foreignToken(): string {
  return tokenWith({ 0: '00000000-1' })
}

/** A database directory with its service directory, in a new folder. */
export function lockedPlace(): DatabaseDirectory {
  const directory = new DatabaseDirectory(mkdtempSync(`${tmpdir()}/dirdict-locks-`))
  directory.ensureService()
  return directory
}

export function removePlace(directory: DatabaseDirectory): void {
  rmSync(directory.path, { recursive: true, force: true })
}

/** Makes `owner` hold the lock of `k`, as he would on the disk. */
export function holds(directory: DatabaseDirectory, owner: string): string {
  const path = `${directory.lock('k')}/${owner}`
  mkdirSync(path, { recursive: true })
  return path
}

/** Makes a writer wait for those who share the lock of `k`. */
export function awaits(directory: DatabaseDirectory, token: string): string {
  const path = `${directory.waiting('k')}/${token}`
  mkdirSync(path, { recursive: true })
  return path
}

/** Everything that lies in the service directory, but for directories that are empty and belong there. */
export function leftIn(directory: DatabaseDirectory): string[] {
  if (!existsSync(directory.service)) return []
  const names = readdirSync(directory.service, { recursive: true, encoding: 'utf8' })
  return names.filter(name => name.includes('/')).sort()
}
