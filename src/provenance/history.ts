/**
 * The script that the process was started with, and its hash.
 * Node holds no copy of the text that it ran: the hash is of the file at the time of the check.
 */
import { createHash } from 'node:crypto'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join, sep } from 'node:path'
import process from 'node:process'
import type { Script } from '../metadata.js'
import { ownPackage } from './host.js'

/**
 * Real path of the user's script; null under `-e`, in a REPL, from standard input, in a notebook, and where an
 * installed program (vitest, tslab, our own command) was started.
 */
export function runningScript(): string | null {
  // Under -e and -p, argv[1] is the first argument of the user, who may well have passed a path.
  if (Reflect.get(process, '_eval') != null) return null
  const started = process.argv[1]
  if (started === undefined || !isAbsolute(started)) return null
  const path = realScript(started)
  return path === null || isInstalled(path) ? null : path
}

/** `node run` starts run.js and `node folder` its index.js: Node leaves argv[1] as it was typed. */
function realScript(started: string): string | null {
  try {
    const file = statSync(started, { throwIfNoEntry: false })?.isFile()
    return realpathSync(file ? started : createRequire(import.meta.url).resolve(started))
  } catch {
    return null
  }
}

function isInstalled(path: string): boolean {
  if (path.split(sep).includes('node_modules')) return true
  const own = ownPackage()
  return own !== null && path.startsWith(join(own.root, 'dist') + sep)
}

/** A file whose hash is taken once, and again only after its time or its size has changed. */
export class HashedFile {
  readonly path: string
  #sha256: string | null = null
  #stamp = ''

  constructor(path: string) {
    this.path = path
  }

  /** SHA-256 of the file as it is now, hexadecimal; null where it cannot be read. */
  sha256(): string | null {
    try {
      const { mtimeMs, size, ino } = statSync(this.path)
      const stamp = `${mtimeMs} ${size} ${ino}`
      if (stamp === this.#stamp) return this.#sha256
      this.#sha256 = createHash('sha256').update(readFileSync(this.path)).digest('hex')
      this.#stamp = stamp
    } catch {
      this.#sha256 = null
      this.#stamp = ''
    }
    return this.#sha256
  }
}

/**
 * The record of the script at `path`; null where its file is gone. Read once: what somebody writes into the file later is
 * not what runs.
 */
export function readScript(path: string | null): Script | null {
  const sha256 = path === null ? null : new HashedFile(path).sha256()
  return path === null || sha256 === null ? null : Object.freeze({ path, sha256 })
}
