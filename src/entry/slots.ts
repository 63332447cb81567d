/**
 * How much is under way at once: reads and writes hold descriptors, of which a process has a limited number, so that
 * further ones wait for their turn. Ten thousand calls of `get` at once are as good as ten thousand one after another.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { readFileSync } from 'node:fs'
import { PROCFS } from '../locks/token.js'

/** More at once are no faster: Node has four threads for reading and writing. */
const MOST = 64
/** Of the descriptors of a process, one in so many: a read holds its directory and several files. */
const SHARE = 8
/** What POSIX grants every process (_POSIX_OPEN_MAX is 20); macOS starts with 256. */
const FEWEST = 4
const UNKNOWN_LIMIT = 256

class Slots {
  #most: number | undefined
  #taken = 0
  readonly #waiting: (() => void)[] = []

  /** At most so many run at once; in the order in which they came. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken >= this.most) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#taken++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#taken--
      else next()
    }
  }

  get taken(): number {
    return this.#taken
  }

  get most(): number {
    this.#most ??= Math.max(FEWEST, Math.min(MOST, Math.floor(descriptorLimit() / SHARE)))
    return this.#most
  }
}

const reads = new Slots()
const files = new Slots()
let inside: AsyncLocalStorage<true> | undefined

/**
 * One pinned read. One that is started by another does not wait, since that other would wait for it; it is told apart
 * only where slots become scarce, because the mark costs something at each promise.
 */
export function reading<T>(read: () => Promise<T>): Promise<T> {
  if (reads.taken < reads.most / 2) return reads.run(read)
  if (inside?.getStore()) return read()
  inside ??= new AsyncLocalStorage()
  const marked = inside
  return reads.run(() => marked.run(true, read))
}

/** One file that is written or synced, without calls of anything that might wait for another. */
export function writing<T>(write: () => Promise<T>): Promise<T> {
  return files.run(write)
}

function descriptorLimit(): number {
  if (!PROCFS) return UNKNOWN_LIMIT
  const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  return soft === undefined ? UNKNOWN_LIMIT : Number(soft)
}
