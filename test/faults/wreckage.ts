/**
 * What killed writers and a power cut leave in a database, made by hand, for `repair` to be killed in its turn.
 */
import { cpSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { newToken } from '../../src/locks/token.js'

/** Of a process that is not there. */
const DEAD = newToken().replace(/\.\d+\./, '.999999999.')

/** The value under `spare` was committed for `key`; its writer died before it moved anything. */
export function committedSwap(directory: string): void {
  const service = `${directory}/.deleting.dirdict`
  mkdirSync(`${service}/locks/key/${DEAD}`, { recursive: true })
  writeFileSync(`${service}/swaps/key`, 'stamp')
  renameSync(`${directory}/spare`, `${service}/ready/key`)
}

/** The same, and the old value is out of its place. */
export function halfSwap(directory: string): void {
  committedSwap(directory)
  renameSync(`${directory}/key`, `${directory}/.deleting.dirdict/locks/key/${DEAD}/old-00.key`)
}

export function nestedSwap(directory: string): void {
  committedSwap(`${directory}/nest/db`)
}

/** A writer that died while it changed a record, with what it had staged, claimed and replaced. */
export function clutter(directory: string): void {
  const service = `${directory}/.deleting.dirdict`
  mkdirSync(`${service}/locks/key/${DEAD}`, { recursive: true })
  mkdirSync(`${directory}/.deleting.${DEAD}`)
  for (const place of [`locks/key/${DEAD}/${DEAD}`, `work/${DEAD}/new`, `trash/${DEAD}/old-00.gone`]) {
    cpSync(`${directory}/key`, `${service}/${place}`, { recursive: true })
  }
  writeFileSync(`${service}/work/${DEAD}.s`, 'stamp')
  rmSync(`${directory}/key/metadata.json`)
}

/** A power cut took an end of the new value; the old one still lies in the trash. */
export function tornEntry(directory: string): void {
  const trash = `${directory}/.deleting.dirdict/trash/${DEAD}`
  mkdirSync(trash)
  renameSync(`${directory}/key`, `${trash}/old-00.key`)
  renameSync(`${directory}/spare`, `${directory}/key`)
  truncateSync(`${directory}/key/first`, 10)
}

export function lostLoader(directory: string): void {
  rmSync(`${directory}/key/Loader.json`)
}
