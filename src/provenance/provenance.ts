/**
 * Where the values of this process come from: code, packages, machine. The first answer takes some ten milliseconds;
 * later ones some ten microseconds, and are the same object for as long as nothing has changed.
 */
import { dirname } from 'node:path'
import process from 'node:process'
import type { GitState, Provenance } from '../metadata.js'
import { HistoryReader } from './code-history.js'
import {
  askDirty,
  askHead,
  findRepository,
  type Head,
  HeadReader,
  type Repository,
  readRemote,
  reftableMark,
} from './git.js'
import { runningScript, ScriptReader } from './history.js'
import { readHost, readRuntime } from './host.js'
import { LockFileReader, ModuleReader } from './modules.js'

/** Answers where values come from. */
interface ProvenanceSource {
  /**
   * A promise until the first answer is known, the answer itself from then on. Never throws and never rejects: what
   * cannot be found out is null, and `error` says why. Starts no process after the first answer.
   */
  current(): Provenance | Promise<Provenance>
}

/** Where to look for the repository and the lock file: at the script, then at the working directory. */
interface ProvenanceOptions {
  readonly cwd: string
  /** Real path of the running script, or null. */
  readonly script: string | null
}

const sources = new Map<string | undefined, ProvenanceSource>()

/** Where the values of this process come from; see {@link ProvenanceSource}. With `path`, by the repository there. */
export function currentProvenance(path?: string): Provenance | Promise<Provenance> {
  let source = sources.get(path)
  if (source === undefined) {
    source = createProvenance({
      cwd: path ?? workingDirectory(),
      script: path === undefined ? runningScript() : null,
    })
    sources.set(path, source)
  }
  return source.current()
}

/** A source for one script and one working directory. */
export function createProvenance({ cwd, script }: ProvenanceOptions): ProvenanceSource {
  const git = new GitReader(cwd, script)
  const modules = new ModuleReader()
  const scripts = new ScriptReader(script)
  const histories = new HistoryReader(script)
  const lockFile = new LockFileReader(script === null ? [cwd] : [dirname(script), cwd])
  const host = readHost()
  const runtime = readRuntime()
  let started: Promise<Provenance> | undefined
  let answer: Provenance | undefined

  async function start(): Promise<Provenance> {
    const report = await git.ask()
    // Listed after git was asked: simple-git is loaded by then, and the next answer is the same.
    answer = build(report, modules.read(), lockFile.read(), scripts.read())
    return answer
  }

  function next(last: Provenance): Provenance {
    const report = git.read()
    const isStale = modules.isStale()
    const isHistory = histories.read(report.git) === last.history
    if (report.git === last.git && report.error === last.error && isHistory && !isStale) return last
    const fresh = isStale
      ? build(report, modules.read(), lockFile.read(), scripts.read())
      : build(report, last.modules, last.lockFile, last.script)
    return isSame(fresh, last) ? last : fresh
  }

  function build(
    report: GitReport,
    loaded: Provenance['modules'],
    lock: string,
    running: Provenance['script'],
  ): Provenance {
    const { git, error } = report
    const history = histories.read(git)
    return Object.freeze({
      git,
      error,
      modules: loaded,
      lockFile: lock,
      host,
      runtime,
      script: running,
      history,
    })
  }

  return {
    current() {
      if (answer === undefined) {
        started ??= start()
        return started
      }
      answer = next(answer)
      return answer
    },
  }
}

/** Parts keep their identity where nothing has changed, so that comparing them is enough. */
function isSame(a: Provenance, b: Provenance): boolean {
  return (
    a.git === b.git &&
    a.error === b.error &&
    a.modules === b.modules &&
    a.lockFile === b.lockFile &&
    a.script === b.script &&
    a.history === b.history
  )
}

function workingDirectory(): string {
  try {
    return process.cwd()
  } catch {
    // Somebody removed it while we run.
    return '/'
  }
}

interface GitReport {
  readonly git: GitState | null
  readonly error: string | null
}

/** The state of one repository: asks git once, then compares what the files say with what was known. */
class GitReader {
  readonly #cwd: string
  readonly #script: string | null
  #repository: Repository | null = null
  #readHead: () => Head = () => {
    throw new Error('not inside a git repository')
  }
  #head: Head | null = null
  #report: GitReport = { git: null, error: null }

  constructor(cwd: string, script: string | null) {
    this.#cwd = cwd
    this.#script = script
  }

  /** The first report. Git looks at the files between two readings of HEAD, lest a commit slips in between. */
  async ask(): Promise<GitReport> {
    try {
      this.#repository = this.#findRepository()
      if (this.#repository === null) return this.read()
      this.#readHead = await headOf(this.#repository)
    } catch (cause) {
      this.#readHead = () => {
        throw cause
      }
      return this.read()
    }
    const before = this.#tryHead()
    if (before !== null) {
      // Without git, or where it refuses, commit and branch are known all the same; `dirty: null` says what is not.
      this.#keep(before, await askDirty(this.#repository, this.#script).catch(() => null))
    }
    return this.read()
  }

  /** The report by the files as they are now: the same object while they say the same. */
  read(): GitReport {
    try {
      const head = this.#readHead()
      const { commit, branch } = this.#head ?? {}
      if (head.commit !== commit || head.branch !== branch) this.#keep(head, null)
    } catch (error) {
      const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
      if (this.#report.error !== reason) this.#report = { git: null, error: reason }
      this.#head = null
    }
    return this.#report
  }

  #tryHead(): Head | null {
    try {
      return this.#readHead()
    } catch {
      return null
    }
  }

  #findRepository(): Repository | null {
    const ofScript = this.#script === null ? null : findRepository(dirname(this.#script))
    return ofScript ?? findRepository(this.#cwd)
  }

  #keep(head: Head, dirty: boolean | null): void {
    const remote = this.#repository === null ? null : readRemote(this.#repository, head.branch)
    const checkedAt = dirty === null ? null : new Date()
    this.#head = head
    this.#report = { git: Object.freeze({ ...head, dirty, remote, checkedAt }), error: null }
  }
}

/** How to read HEAD of `repository`: from its files, or where they are in a binary form, as git said it once. */
async function headOf(repository: Repository): Promise<() => Head> {
  const mark = reftableMark(repository)
  if (mark === null) {
    const reader = new HeadReader(repository)
    return () => reader.read()
  }
  const head = await askHead(repository)
  return () => {
    // Better no commit than one that may be wrong; git is not started a second time.
    if (reftableMark(repository) !== mark)
      throw new Error('the references changed, and only git can read them')
    return head
  }
}
