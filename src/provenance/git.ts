/**
 * The repository of the running code, and its commit and branch, read from its files in some 10 µs.
 */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { readExpected, readIfThere } from './small-files.js'

/**
 * A repository, or a worktree or submodule of one: the top of its files, the directory that holds HEAD, and the one
 * that holds branches and configuration, which is another in a worktree.
 */
export interface Repository {
  readonly root: string
  readonly gitDir: string
  readonly commonDir: string
}

/** What HEAD stands for; `branch` is null where it is detached. */
export interface Head {
  readonly commit: string
  readonly branch: string | null
}

/** HEAD where it is kept in the binary reftable, which only git reads: the list of tables changes with every reference. */
export interface Tables {
  readonly tables: string
}

/** The repository that `folder` lies in, or null. Throws where it has a `.git` file that leads nowhere. */
export function findRepository(folder: string): Repository | null {
  for (let root = realpathSync(folder); ; root = dirname(root)) {
    const gitDir = gitDirectory(root)
    if (gitDir !== null) {
      const common = readIfThere(join(gitDir, 'commondir'))?.trim()
      return { root, gitDir, commonDir: common === undefined ? gitDir : resolve(gitDir, common) }
    }
    if (dirname(root) === root) return null
  }
}

function gitDirectory(root: string): string | null {
  const path = join(root, '.git')
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return null
  // An empty directory of that name is no repository; git looks further up, too.
  if (found.isDirectory()) return existsSync(join(path, 'HEAD')) ? path : null
  const target = /^gitdir: *(.+?)\s*$/.exec(readFileSync(path, 'utf8'))?.[1]
  const gitDir = target === undefined ? null : resolve(root, target)
  if (gitDir === null || !existsSync(join(gitDir, 'HEAD'))) throw new Error(`${path} names no repository`)
  return gitDir
}

/** What git writes into HEAD where the true one lies in a reftable. */
const HEAD_ELSEWHERE = 'ref: refs/heads/.invalid'

/** Reads HEAD of one repository from its files: the same object for as long as they say the same. */
export class HeadReader {
  readonly #repository: Repository
  readonly #packed: PackedReferences
  #head: Head = { commit: '', branch: null }
  #tables: Tables = { tables: '' }

  constructor(repository: Repository) {
    this.#repository = repository
    this.#packed = new PackedReferences(`${repository.commonDir}/packed-refs`)
  }

  /** Throws where there is no commit yet, or where the files are not what git writes. */
  read(): Head | Tables {
    const { gitDir, commonDir } = this.#repository
    let ref: string | null = null
    // Always the content. Times and sizes would be a little cheaper, but commit ids have one length, two commits may fall
    // into one tick of the disk's clock, and on NFS only opening a file asks the server.
    let text = readExpected(`${gitDir}/HEAD`)
    // A branch may be a symbolic reference itself; git follows five.
    for (let depth = 0; depth <= 5; depth++) {
      if (text === null) throw new Error(ref === null ? 'the repository has no HEAD' : 'no commit yet')
      const line = text.trim()
      if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(line)) return this.#keepHead(line, branchOf(ref))
      if (line === HEAD_ELSEWHERE) return this.#readTables()
      ref = /^ref:\s*(refs\/\S+)$/.exec(line)?.[1] ?? null
      if (ref === null || ref.split('/').includes('..')) break
      text = readIfThere(`${commonDir}/${ref}`) ?? this.#packed.find(ref)
    }
    throw new Error('HEAD of the repository cannot be understood')
  }

  #keepHead(commit: string, branch: string | null): Head {
    if (commit !== this.#head.commit || branch !== this.#head.branch) this.#head = { commit, branch }
    return this.#head
  }

  #readTables(): Tables {
    const { gitDir, commonDir } = this.#repository
    // A worktree has tables of its own, for HEAD, beside the common ones. Their names are never used twice.
    const lists = [gitDir, commonDir].map(folder => readIfThere(`${folder}/reftable/tables.list`))
    if (lists.every(list => list === null)) throw new Error('no commit yet')
    const tables = lists.join('\n--\n')
    if (tables !== this.#tables.tables) this.#tables = { tables }
    return this.#tables
  }
}

export const branchOf = (ref: string | null): string | null =>
  ref?.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null

/** A file's time says nothing about changes within this many milliseconds after it: that is how coarse disks' clocks are. */
const COARSEST_CLOCK_MS = 2000

/** The file that references are packed into. It may be large, and is read again only when it may be another. */
class PackedReferences {
  readonly #path: string
  #stamp = ''
  #text = ''

  constructor(path: string) {
    this.#path = path
  }

  find(ref: string): string | null {
    const found = statSync(this.#path, { throwIfNoEntry: false })
    if (found === undefined) return null
    const stamp = `${found.ino} ${found.mtimeMs} ${found.ctimeMs} ${found.size}`
    if (stamp !== this.#stamp) {
      const now = Date.now()
      this.#text = readFileSync(this.#path, 'utf8')
      // As git does with its index: what was written just now may be written again without looking different.
      this.#stamp = now - found.ctimeMs > COARSEST_CLOCK_MS ? stamp : ''
    }
    const end = this.#text.indexOf(` ${ref}\n`)
    return end < 0 ? null : this.#text.slice(this.#text.lastIndexOf('\n', end) + 1, end)
  }
}
