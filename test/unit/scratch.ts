/**
 * A temporary folder for a test file, and a picture of everything in it, to show that nothing has changed.
 */
import { createHash } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A new folder that is removed after the tests of this file. */
export function scratch(): string {
  const path = mkdtempSync(join(tmpdir(), 'dirdict-test-'))
  afterAll(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Names, types and contents of all that lies below `path`. */
export function picture(path: string): Record<string, string> {
  const seen: Record<string, string> = {}
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()) {
    const stats = lstatSync(join(path, name))
    seen[name] = stats.isFile() ? digest(join(path, name)) : stats.isDirectory() ? 'directory' : 'other'
  }
  return seen
}

function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16)
}
