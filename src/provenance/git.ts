/**
 * The repository of the running code: commit and branch are read from its files whenever they are asked for;
 * git itself runs once, to learn whether the files differ from the commit. No program that a repository names is run.
 */
import { once } from 'node:events'
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import process from 'node:process'
import type { SimpleGit } from 'simple-git'

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

/** Reads HEAD of one repository from its files, in some 10 µs. */
export class HeadReader {
  readonly #repository: Repository
  #packedStamp = ''
  #packed = ''

  constructor(repository: Repository) {
    this.#repository = repository
  }

  /** Throws where there is no commit yet, or where the files are not what git writes. */
  read(): Head {
    let ref: string | null = null
    let text = readIfThere(join(this.#repository.gitDir, 'HEAD'))
    // A branch may be a symbolic reference itself; git follows five.
    for (let depth = 0; depth <= 5; depth++) {
      if (text === null) throw new Error(ref === null ? 'the repository has no HEAD' : 'no commit yet')
      const line = text.trim()
      if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(line)) return { commit: line, branch: branchOf(ref) }
      ref = /^ref:\s*(refs\/\S+)$/.exec(line)?.[1] ?? null
      if (ref === null || ref.split('/').includes('..')) break
      text = this.#readRef(ref)
    }
    throw new Error('HEAD of the repository cannot be understood')
  }

  #readRef(ref: string): string | null {
    return readIfThere(join(this.#repository.commonDir, ref)) ?? this.#readPackedRef(ref)
  }

  #readPackedRef(ref: string): string | null {
    const path = join(this.#repository.commonDir, 'packed-refs')
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) return null
    // Git replaces this file as a whole, and it may be large: read it again only when it is another.
    const stamp = `${found.ino} ${found.mtimeMs} ${found.size}`
    if (stamp !== this.#packedStamp) {
      this.#packed = readFileSync(path, 'utf8')
      this.#packedStamp = stamp
    }
    const end = this.#packed.indexOf(` ${ref}\n`)
    return end < 0 ? null : this.#packed.slice(this.#packed.lastIndexOf('\n', end) + 1, end)
  }
}

const branchOf = (ref: string | null) =>
  ref?.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null

/** What changes whenever a reference does, in a repository that keeps them in the binary reftable; else null. */
export function reftableMark({ gitDir, commonDir }: Repository): string | null {
  const marks = [gitDir, commonDir].map(folder => readIfThere(join(folder, 'reftable', 'tables.list')))
  return marks.every(mark => mark === null) ? null : marks.join('\n--\n')
}

function readIfThere(path: string): string | null {
  // Asking first is cheaper than the error of a missing file, and packed references are common.
  if (!existsSync(path)) return null
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    // Gone since, or a directory: `a` where a branch is called `a/b`.
    if (error instanceof Error && /ENOENT|EISDIR/.test(error.message)) return null
    throw error
  }
}

/** URL of the remote that `branch` follows, else of origin, else of the first one, without user name and password. */
export function readRemote({ commonDir }: Repository, branch: string | null): string | null {
  const urls = new Map<string, string>()
  let followed = ''
  for (const { section, name, key, value } of readConfig(join(commonDir, 'config'))) {
    if (section === 'remote' && key === 'url' && !urls.has(name)) urls.set(name, value)
    if (section === 'branch' && key === 'remote' && name === branch) followed = value
  }
  const url = urls.get(followed) ?? urls.get('origin') ?? [...urls.values()][0]
  return url === undefined ? null : withoutCredentials(url)
}

/** `https://user:token@host/x?key` → `https://host/x`. The name `git` stays: it is how one logs in by SSH. */
export function withoutCredentials(url: string): string {
  if (!url.includes('://')) return url
  return url.replace(/[?#].*$/s, '').replace(/(:\/\/)(?!git@)[^/]*@/, '$1')
}

/** The settings of a configuration file of git, without what it includes. */
function* readConfig(path: string): Generator<Record<'section' | 'name' | 'key' | 'value', string>> {
  let [section, name] = ['', '']
  for (const line of (readIfThere(path) ?? '').replace(/\\\r?\n/g, '').split('\n')) {
    const header = /^\s*\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line)
    if (header !== null) {
      section = (header[1] ?? '').toLowerCase()
      name = (header[2] ?? '').replace(/\\(.)/g, '$1')
    }
    const setting = line.slice(header?.[0].length ?? 0)
    const [, key, value = ''] = /^\s*([a-z][a-z0-9-]*)\s*=\s*(.*?)\s*$/i.exec(setting) ?? []
    if (key !== undefined) yield { section, name, key: key.toLowerCase(), value: plainValue(value) }
  }
}

/** A value as git reads it: comments cut off, quotes and escapes resolved. */
function plainValue(raw: string): string {
  return raw
    .replace(/("(?:[^"\\]|\\.)*"|\\.)|\s*[;#].*$/g, (_, kept: string | undefined) => kept ?? '')
    .replace(/\\(.)|"/g, (_, escaped: string | undefined) => escaped ?? '')
}

/** Asks git for HEAD, where its files cannot be read. */
export function askHead(repository: Repository): Promise<Head> {
  return withGit(async signal => {
    const git = await openGit(repository.root, signal)
    const answer = await git.raw(['rev-parse', 'HEAD', '--symbolic-full-name', 'HEAD'])
    const [commit = '', ref = ''] = answer.split('\n')
    return { commit, branch: branchOf(ref) }
  })
}

/** Whether tracked files differ from the commit or `script` is not tracked; null where git cannot tell safely. */
export function askDirty(repository: Repository, script: string | null): Promise<boolean | null> {
  const { root } = repository
  return withGit(async signal => {
    const [untracked, changed] = await Promise.all([isUntracked(root, script, signal), differs(root, signal)])
    return untracked || changed
  })
}

async function isUntracked(root: string, script: string | null, signal: AbortSignal): Promise<boolean> {
  if (!script?.startsWith(root + sep)) return false
  const git = await openGit(root, signal)
  return (await git.raw(['ls-files', '-z', '--', relative(root, script)])) === ''
}

async function differs(root: string, signal: AbortSignal): Promise<boolean | null> {
  const asking = await openGit(root, signal)
  const filters = ownFilters(await asking.raw(['config', '--null', '--show-scope', '--name-only', '--list']))
  // Such a name cannot be switched off by -c, and nobody has one for a good reason.
  if (filters.some(name => name.includes('='))) return null
  const git = await openGit(root, signal, filters)
  // With its line about the branch, for simple-git waits 50 ms for a command that prints nothing.
  const format = ['--porcelain', '--branch', '--no-ahead-behind', '-uno', '--no-renames']
  const listed = await git.raw(['status', ...format, '--ignore-submodules=dirty'])
  // With its filters off, a file may seem to differ that does not.
  if (!/^##[^\n]*\n$/.test(listed)) return filters.length > 0 ? null : true
  // Git would look into submodules by itself, and there run the filters that theirs name.
  for (const { section, key, value } of readConfig(join(root, '.gitmodules'))) {
    if (section !== 'submodule' || key !== 'path' || !existsSync(join(root, value, '.git'))) continue
    const path = realpathSync(join(root, value))
    // Always deeper: a link upwards would lead round in circles.
    const inside = path.startsWith(root + sep) ? await differs(path, signal) : null
    if (inside !== false) return inside
  }
  return false
}

/** Names of the filters that the repository itself defines: programs that `git status` would run. */
function ownFilters(listing: string): string[] {
  const found = listing.matchAll(/(?<=^|\0)(?:local|worktree)\0filter\.([^\0]*)\.[^.\0]*(?=\0)/g)
  return Array.from(new Set(Array.from(found, match => match[1] ?? '')))
}

async function withGit<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  // A file system that hangs must not hang the caller; git may be past dying of a signal then, so do not wait for it.
  const signal = AbortSignal.timeout(10_000)
  const late = once(signal, 'abort').then(() => {
    throw new Error('git did not answer')
  })
  return Promise.race([work(signal), late]).catch(error => {
    throw /spawn git ENOENT/.test(String(error)) ? new Error('git was not found', { cause: error }) : error
  })
}

/** Git in `root`, which writes nothing, fetches nothing, and runs no monitor, hook, or one of `filters`. */
async function openGit(root: string, abort: AbortSignal, filters: string[] = []): Promise<SimpleGit> {
  const { simpleGit } = await import('simple-git')
  const off = filters.flatMap(name => [`${name}.clean=`, `${name}.process=`, `${name}.required=false`])
  const settings = {
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_CEILING_DIRECTORIES: dirname(root),
  }
  // GIT_DIR and its like would lead to another repository; simple-git refuses the others.
  const refused = /^(?:git_.*|editor|pager|prefix|ssh_askpass|visual)$/i
  const inherited = Object.entries(process.env).filter(([name]) => !refused.test(name))
  return simpleGit({
    baseDir: root,
    abort,
    // By default silence is success, whatever the exit code, and output that is late is dropped: files look clean.
    completion: { onClose: true, onExit: false },
    errors: (error, { exitCode }) =>
      error ?? (exitCode === 0 ? undefined : new Error(`git failed (${exitCode})`)),
    config: ['core.fsmonitor=false', 'core.hooksPath=/dev/null', ...off.map(setting => `filter.${setting}`)],
    unsafe: { allowUnsafeFsMonitor: true, allowUnsafeHooksPath: true, allowUnsafeFilter: true },
    allowEnvironment: Object.keys(settings),
  }).env({ ...Object.fromEntries(inherited), ...settings, LC_ALL: 'C' })
}
