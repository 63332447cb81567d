/**
 * The machine, the user, the runtime, and which version of this package is running.
 * Nothing here changes while a process lives.
 */
import { readFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Host, Runtime } from '../metadata.js'

/** The directory and the version of this package, wherever it was compiled to. */
interface OwnPackage {
  readonly root: string
  readonly version: string
}

/** The machine and the user; `user` is null where the system has no name for the user id. */
export function readHost(): Host {
  return Object.freeze({
    name: hostname(),
    platform: process.platform,
    arch: process.arch,
    user: userName(),
  })
}

/** What runs the code: `node`, `deno` or `bun`. */
export function readRuntime(): Runtime {
  const { deno, bun, node } = process.versions
  // Deno and Bun state a version of Node too, the one that they imitate: ask for them first.
  const [name, version] =
    deno !== undefined ? ['deno', deno] : bun !== undefined ? ['bun', bun] : ['node', node]
  return Object.freeze({ name, version, dirdict: ownPackage()?.version ?? null })
}

let own: OwnPackage | null | undefined

/** This package's directory and version; null where it was bundled into another program. */
export function ownPackage(): OwnPackage | null {
  if (own === undefined) own = findOwnPackage()
  return own
}

function findOwnPackage(): OwnPackage | null {
  // Sources lie in src/provenance, compiled code in dist/src/provenance: the name says where to stop.
  for (let folder = here(); ; folder = dirname(folder)) {
    const { name, version } = readPackageJson(folder) ?? {}
    if (name === 'dirdict' && version !== undefined) return { root: folder, version }
    if (dirname(folder) === folder) return null
  }
}

function here(): string {
  return import.meta.url.startsWith('file:') ? dirname(fileURLToPath(import.meta.url)) : '/'
}

/** Name and version in the package.json of `folder`, as far as it has them; null without a readable one. */
export function readPackageJson(folder: string): { name?: string; version?: string } | null {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  } catch {
    return null
  }
  if (typeof json !== 'object' || json === null) return null
  const name = 'name' in json ? json.name : undefined
  const version = 'version' in json ? json.version : undefined
  return {
    ...(typeof name === 'string' && name !== '' && { name }),
    ...(typeof version === 'string' && version !== '' && { version }),
  }
}

function userName(): string | null {
  try {
    return userInfo().username
  } catch {
    // A container may run under an id that its passwd file does not list.
    return process.env.USER ?? process.env.LOGNAME ?? null
  }
}
