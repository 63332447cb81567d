/**
 * The packages that the process has loaded, with their versions, and the lock file that lists all it could load.
 * Node has no public list of loaded ES modules; the inspector knows them, and is asked seldom, for it is slow.
 */
import type { Session } from 'node:inspector'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { HashedFile } from './history.js'
import { readPackageJson } from './host.js'

/** What a process has loaded: name → version, sorted by name. */
type Modules = Readonly<Record<string, string>>

/** Least time between two listings of ES modules, and how many times its own cost it must lie back. */
const listingInterval = 5000
const costFactor = 100

/** Lists loaded packages; the same object for as long as they are the same. */
export class ModuleReader {
  #modules: Modules = Object.freeze({})
  #text = '{}'
  #commonJsFiles = -1
  #esPackages: readonly Package[] = []
  #esDue = 0
  readonly #require = createRequire(import.meta.url)
  readonly #packageOf = new Map<string, Package | null>()

  /** Whether something may have been loaded since the last `read`. */
  isStale(): boolean {
    return performance.now() >= this.#esDue || this.#countCommonJs() !== this.#commonJsFiles
  }

  /** Loaded packages; ES modules are listed anew only when their listing is due, CommonJS modules always. */
  read(): Modules {
    const files = Object.keys(this.#require.cache)
    this.#commonJsFiles = files.length
    if (performance.now() >= this.#esDue) this.#listEsModules()
    const modules = toModules([...this.#packages(files), ...this.#esPackages])
    const text = JSON.stringify(modules)
    if (text !== this.#text) {
      this.#modules = Object.freeze(modules)
      this.#text = text
    }
    return this.#modules
  }

  #countCommonJs(): number {
    return Object.keys(this.#require.cache).length
  }

  #listEsModules(): void {
    const start = performance.now()
    // Modules are never unloaded: where the inspector cannot be had this time, what it said last stays true.
    const files = loadedEsModules(this.#require)
    if (files !== null) this.#esPackages = this.#packages(files)
    const end = performance.now()
    this.#esDue = end + Math.max(listingInterval, costFactor * (end - start))
  }

  #packages(files: readonly string[]): Package[] {
    const found = new Set<Package>()
    for (const file of files) {
      const nearest = this.#nearestPackage(dirname(file))
      if (nearest !== null) found.add(nearest)
    }
    return [...found]
  }

  #nearestPackage(folder: string): Package | null {
    const known = this.#packageOf.get(folder)
    if (known !== undefined) return known
    const nearest = this.#findPackage(folder)
    this.#packageOf.set(folder, nearest)
    return nearest
  }

  #findPackage(folder: string): Package | null {
    // A package without a version must not be taken for the project that installed it.
    if (basename(folder) === 'node_modules') return null
    // Packages put files like {"type":"module"} into subfolders: only a name with a version counts.
    const { name, version } = readPackageJson(folder) ?? {}
    if (name !== undefined && version !== undefined) return { name, version }
    const parent = dirname(folder)
    return parent === folder ? null : this.#nearestPackage(parent)
  }
}

interface Package {
  readonly name: string
  readonly version: string
}

function toModules(packages: readonly Package[]): Record<string, string> {
  const versions = new Map<string, Set<string>>()
  for (const { name, version } of packages) {
    const known = versions.get(name)
    if (known === undefined) versions.set(name, new Set([version]))
    else known.add(version)
  }
  const names = [...versions.keys()].sort()
  return Object.fromEntries(names.map(name => [name, [...(versions.get(name) ?? [])].sort().join(', ')]))
}

/** Files of all scripts that V8 holds; null where the inspector cannot be asked. */
function loadedEsModules(require: NodeJS.Require): string[] | null {
  // Deno's kernel panics when its inspector is asked, and Bun's is another protocol.
  if ('Deno' in globalThis || process.versions.bun !== undefined) return null
  const files: string[] = []
  let session: Session | undefined
  try {
    // Not imported at the top: a Node built without the inspector does not have this module.
    const inspector: typeof import('node:inspector') = require('node:inspector')
    session = new inspector.Session()
    session.connect()
    session.on('Debugger.scriptParsed', ({ params }) => {
      if (params.url.startsWith('file:')) files.push(toPath(params.url))
    })
    // Answered at once, in this thread: every script is reported before `post` returns.
    session.post('Debugger.enable')
    session.post('Debugger.disable')
  } catch {
    return null
  } finally {
    session?.disconnect()
  }
  return files.filter(file => file !== '')
}

function toPath(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    return ''
  }
}

/** Names of lock files, the one that counts first: npm itself prefers the shrinkwrap. */
const lockFiles = [
  'npm-shrinkwrap.json',
  'package-lock.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'deno.lock',
]

/** Reads the hash of the nearest lock file at or above one of `folders`, the first that has one. */
export class LockFileReader {
  readonly #folders: readonly string[]
  #file: HashedFile | null = null

  constructor(folders: readonly string[]) {
    this.#folders = folders
  }

  /** `package-lock.json sha256:…`; empty where there is none. */
  read(): string {
    return this.#hash() ?? this.#find() ?? ''
  }

  #hash(): string | null {
    const sha256 = this.#file?.sha256() ?? null
    return this.#file === null || sha256 === null ? null : `${basename(this.#file.path)} sha256:${sha256}`
  }

  #find(): string | null {
    for (const start of this.#folders) {
      for (let folder = start; ; folder = dirname(folder)) {
        for (const name of lockFiles) {
          this.#file = new HashedFile(join(folder, name))
          const found = this.#hash()
          if (found !== null) return found
        }
        if (dirname(folder) === folder) break
      }
    }
    this.#file = null
    return null
  }
}
