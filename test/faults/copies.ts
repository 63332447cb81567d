/**
 * Databases for fault tests: what a scene starts from is made once, and every case works on a copy.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { prepare, type Scene } from './scene.js'

export class Copies {
  readonly #root: string
  readonly #originals = new Map<Scene, Promise<string>>()
  #made = 0

  constructor(name: string) {
    this.#root = mkdtempSync(`${tmpdir()}/dirdict-${name}-`)
  }

  /** The path of a new copy; nothing is there yet where the scene starts from nothing. */
  async of(scene: Scene): Promise<string> {
    const original = this.#originals.get(scene) ?? this.#prepared(scene)
    this.#originals.set(scene, original)
    const [from, to] = [await original, this.#next()]
    if (existsSync(from)) cpSync(from, to, { recursive: true })
    return to
  }

  removeAll(): void {
    rmSync(this.#root, { recursive: true, force: true })
  }

  async #prepared(scene: Scene): Promise<string> {
    const path = this.#next()
    await prepare(scene, path)
    return path
  }

  #next(): string {
    return `${this.#root}/${this.#made++}`
  }
}
