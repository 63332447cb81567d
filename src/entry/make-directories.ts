/**
 * Making a directory with those above it. Not by `recursive: true`: on a read-only disk, and on one whose quota is used up,
 * that tells ENOENT.
 */
import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { GONE, hasCode } from './system-errors.js'

/** The topmost directory that was made; undefined where all were there. */
export function makeDirectories(path: string): string | undefined {
  try {
    mkdirSync(path)
    return path
  } catch (error) {
    if (hasCode(error, ['EEXIST']) && statSync(path).isDirectory()) return undefined
    if (!hasCode(error, GONE) || dirname(path) === path) throw error
  }
  const above = makeDirectories(dirname(path))
  const made = makeDirectories(path)
  return above ?? made
}
