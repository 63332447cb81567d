/**
 * The state of one repository as it is recorded: commit and branch of this moment, and whether files differ from the
 * commit, which git is asked for again when something happened and when its answer has aged.
 */
import type { GitState } from '../metadata.js'
import { askDirty, askHead, GitSilent } from './ask-git.js'
import { Freshness } from './freshness.js'
import { findRepository, type Head, type Repository, type Tables } from './git.js'
import { readRemote } from './git-config.js'
import { GitFiles } from './git-files.js'

/**
 * An edit of a file is seen after this many milliseconds at most, or after a hundred times what asking git takes where
 * that is longer. A commit, a change of branch and a change of the index are seen at once.
 */
const STATED_AGE_MS = 10_000
/** How often git is asked again when HEAD has moved while it answered. */
const MOST_TRIES = 3

/** What is recorded of the repository, or why nothing is. */
export interface GitReport {
  readonly git: GitState | null
  readonly error: string | null
}

const OUTSIDE: GitReport = { git: null, error: 'not inside a git repository' }

/** Reports on the repository that holds the first of `folders` that lies in one. `script` has to be tracked by it. */
export class GitReader {
  readonly #folders: readonly string[]
  readonly #script: string | null
  readonly #freshness = new Freshness(STATED_AGE_MS)
  #files: GitFiles | null = null
  #report: GitReport = OUTSIDE
  /** The version of the files that the report is about. */
  #reported: number | null = null
  #question: Promise<void> | null = null
  #isSilent = false

  constructor(folders: readonly string[], script: string | null) {
    this.#folders = folders
    this.#script = script
  }

  /**
   * The report at once where it stands, the same object for as long as it says the same; a promise where git has to be
   * asked first. Never throws and never rejects.
   */
  read(): GitReport | Promise<GitReport> {
    const age = this.#freshness.age()
    if (this.#files === null && age !== 'fresh') this.#find()
    if (this.#files === null) return this.#report
    const version = this.#files.look()
    const isChanged = version !== this.#reported
    if (!isChanged && age === 'fresh') return this.#report
    const { seen } = this.#files
    if (seen instanceof Error) return this.#findAgain(seen)
    if (this.#isSilent) {
      if (age !== 'fresh') this.#ask()
      return isChanged ? this.#withoutGit(seen, version) : this.#report
    }
    if (isChanged || age === 'old') return this.#wait()
    this.#ask()
    return this.#report
  }

  /** Looks for the repository: it may have been made, or replaced by another, since. */
  #find(): void {
    const start = performance.now()
    try {
      const found = this.#findRepository()
      if (found === null) this.#keep(OUTSIDE)
      if (found?.gitDir !== this.#files?.repository.gitDir) {
        this.#files = found === null ? null : new GitFiles(found)
        this.#reported = null
      }
    } catch (error) {
      this.#files = null
      this.#keep({ git: null, error: reasonOf(error) })
    }
    if (this.#files === null) this.#freshness.renew(start)
  }

  #findRepository(): Repository | null {
    for (const folder of this.#folders) {
      const found = findRepository(folder)
      if (found !== null) return found
    }
    return null
  }

  /** Without a commit there is nothing to ask git for. */
  #findAgain(error: Error): GitReport {
    this.#keep({ git: null, error: reasonOf(error) })
    if (this.#freshness.age() === 'old') {
      this.#freshness.renew(performance.now())
      this.#find()
    }
    return this.#report
  }

  /** What the files say, where git does not answer: better an unknown than a wait at every commit. */
  #withoutGit(seen: Head | Tables, version: number): GitReport {
    if ('tables' in seen) this.#keep({ git: null, error: new GitSilent().message })
    else this.#keepHead(seen, null, null)
    this.#reported = version
    return this.#report
  }

  async #wait(): Promise<GitReport> {
    // Git's own processes keep nobody alive, but who waits for them must not be ended.
    const alive = setInterval(() => {}, 2 ** 30)
    try {
      await this.#ask()
    } finally {
      clearInterval(alive)
    }
    return this.#report
  }

  /** One question for all who ask meanwhile. */
  async #ask(): Promise<void> {
    this.#question ??= this.#askUntilStable()
    await this.#question
  }

  async #askUntilStable(): Promise<void> {
    // The question has to be known as such before it can end.
    await null
    for (let tries = 1; tries <= MOST_TRIES; tries++) {
      this.#find()
      const files = this.#files
      if (files === null) break
      const version = files.look()
      const { seen } = files
      if (seen instanceof Error) {
        this.#keep({ git: null, error: reasonOf(seen) })
        break
      }
      const start = performance.now()
      const answer = await this.#answer(files.repository, seen)
      this.#isSilent = answer.isSilent
      if (answer.isSilent) this.#freshness.postpone(start)
      else this.#freshness.renew(start)
      // Lest a commit slips in between: git looked at the files between two looks at HEAD.
      const isStable = files.look() === version
      if (!isStable && !answer.isSilent && tries < MOST_TRIES) continue
      this.#keepAnswer(answer, files.seen === seen)
      this.#reported = version
      break
    }
    // At once, in the turn of the last look: who comes later may know of more than was seen then.
    this.#question = null
  }

  async #answer(repository: Repository, seen: Head | Tables): Promise<Answer> {
    const checkedAt = new Date()
    let head: Head | string = 'tables' in seen ? '' : seen
    try {
      if ('tables' in seen) head = await askHead(repository)
      const dirty = await askDirty(repository, this.#script)
      return { head, dirty, checkedAt: dirty === null ? null : checkedAt, isSilent: false }
    } catch (error) {
      // Without git, or where it refuses, commit and branch are known all the same; `dirty: null` says what is not.
      if (head === '') head = reasonOf(error)
      return { head, dirty: null, checkedAt: null, isSilent: error instanceof GitSilent }
    }
  }

  #keepAnswer({ head, dirty, checkedAt }: Answer, isOfHead: boolean): void {
    if (typeof head === 'string') this.#keep({ git: null, error: head })
    else if (isOfHead) this.#keepHead(head, dirty, checkedAt)
    else this.#keepHead(head, null, null)
  }

  #keepHead({ commit, branch }: Head, dirty: boolean | null, checkedAt: Date | null): void {
    if (this.#files === null) return
    try {
      const remote = readRemote(this.#files.repository, branch)
      this.#keep({ git: Object.freeze({ commit, branch, dirty, remote, checkedAt }), error: null })
    } catch (error) {
      this.#keep({ git: null, error: reasonOf(error) })
    }
  }

  #keep(report: GitReport): void {
    if (report.git !== null || report.error !== this.#report.error) this.#report = report
  }
}

interface Answer {
  /** Or why git does not know it. */
  readonly head: Head | string
  readonly dirty: boolean | null
  readonly checkedAt: Date | null
  /** Whether git was waited for in vain. */
  readonly isSilent: boolean
}

function reasonOf(error: unknown): string {
  const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return reason
}
