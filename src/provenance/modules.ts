/**
 * The packages that the process has loaded, with their versions: those of CommonJS modules, which are counted, and those
 * of ES modules, which are listed between two turns of the event loop, and seldom.
 */
import { createRequire } from 'node:module'
import { basename, dirname } from 'node:path'
import { ImportWatch, loadedEsModules } from './es-modules.js'
import { Freshness } from './freshness.js'
import { readPackageJson } from './host.js'

/** What a process has loaded: name → version, sorted by name. */
type Modules = Readonly<Record<string, string>>

/**
 * A package is in the record this many milliseconds after it was imported at the latest, or a hundred times what listing
 * modules takes where that is longer.
 */
const STATED_AGE_MS = 5000

/** Lists loaded packages; the same object for as long as they are the same. */
export class ModuleReader {
  #modules: Modules = Object.freeze({})
  #text = '{}'
  #commonJsFiles = 0
  #commonJsPackages: readonly Package[] = []
  #esPackages: readonly Package[] = []
  #listing: { readonly done: Promise<void>; readonly turn: NodeJS.Immediate } | null = null
  readonly #commonJs = new Freshness(0)
  readonly #es = new Freshness(STATED_AGE_MS)
  readonly #imports = new ImportWatch()
  readonly #require = createRequire(import.meta.url)
  readonly #packageOf = new Map<string, Package | null>()

  /** Loaded packages at once, or a promise where they have to be listed first. */
  read(): Modules | Promise<Modules> {
    if (this.#commonJs.age() === 'old') this.#countCommonJs()
    const age = this.#es.age()
    if (age === 'fresh') return this.#modules
    if (!this.#imports.mayHaveLoaded) this.#es.renew(performance.now())
    else if (age === 'old') return this.#wait()
    else this.#list()
    return this.#modules
  }

  #countCommonJs(): void {
    const start = performance.now()
    const files = Object.keys(this.#require.cache)
    if (files.length !== this.#commonJsFiles) {
      this.#commonJsFiles = files.length
      this.#commonJsPackages = this.#packages(files)
      this.#combine()
    }
    this.#commonJs.renew(start)
  }

  async #wait(): Promise<Modules> {
    const { done, turn } = this.#list()
    turn.ref()
    await done
    return this.#modules
  }

  /** Lists ES modules in the next turn of the event loop, which keeps no process alive. */
  #list(): { readonly done: Promise<void>; readonly turn: NodeJS.Immediate } {
    if (this.#listing !== null) return this.#listing
    let end = (): void => {}
    const done = new Promise<void>(resolve => {
      end = resolve
    })
    const turn = setImmediate(() => {
      this.#listing = null
      this.#listEsModules()
      end()
    }).unref()
    this.#listing = { done, turn }
    return this.#listing
  }

  #listEsModules(): void {
    const start = performance.now()
    this.#imports.reset()
    const files = loadedEsModules(this.#require)
    // Modules are never unloaded: where the inspector cannot be had this time, what it said last stays true.
    if (files !== null) this.#esPackages = this.#packages(files)
    this.#combine()
    this.#es.renew(start)
  }

  #combine(): void {
    const modules = toModules([...this.#commonJsPackages, ...this.#esPackages])
    const text = JSON.stringify(modules)
    if (text === this.#text) return
    this.#modules = Object.freeze(modules)
    this.#text = text
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
