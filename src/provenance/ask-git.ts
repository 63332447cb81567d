/**
 * What only git can tell, asked by simple-git: whether files differ from the commit, and HEAD where it is kept in a
 * binary form. Nothing is written, and no program that a repository names is run.
 */
import { once } from 'node:events'
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import process from 'node:process'
import type { SimpleGit } from 'simple-git'
import { letGoWhile, MARK } from './children.js'
import { branchOf, type Head, type Repository } from './git.js'
import { readConfig } from './git-config.js'

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
  // H is for a file that git compares; others it was told not to look at (`--assume-unchanged`, `--skip-worktree`).
  return !(await git.raw(['ls-files', '-v', '-z', '--', relative(root, script)])).startsWith('H ')
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

/** Git was started and said nothing for so long that nobody should wait for it again. */
export class GitSilent extends Error {
  constructor() {
    super('git did not answer')
  }
}

/** Of one question, in milliseconds. */
const LONGEST_ANSWER = 10_000

function withGit<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  // A file system that hangs must not hang the caller; git may be past dying of a signal then, so do not wait for it.
  const signal = AbortSignal.timeout(LONGEST_ANSWER)
  const late = once(signal, 'abort').then(() => {
    throw new GitSilent()
  })
  return letGoWhile(() => Promise.race([work(signal), late])).catch(error => {
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
    errors: (error, { exitCode, stdErr }) =>
      error ?? (exitCode === 0 ? undefined : new Error(`git failed (${exitCode}): ${Buffer.concat(stdErr)}`)),
    config: [
      MARK,
      'core.fsmonitor=false',
      'core.hooksPath=/dev/null',
      ...off.map(setting => `filter.${setting}`),
    ],
    unsafe: { allowUnsafeFsMonitor: true, allowUnsafeHooksPath: true, allowUnsafeFilter: true },
    allowEnvironment: Object.keys(settings),
  }).env({ ...Object.fromEntries(inherited), ...settings, LC_ALL: 'C' })
}
