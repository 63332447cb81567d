/**
 * What is seen of a repository that changes while the process lives: real repositories, and git at work in them.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Provenance } from '../../../src/metadata.js'
import { GitReader } from '../../../src/provenance/git-state.js'
import { createProvenance } from '../../../src/provenance/provenance.js'
import { commit, git, makeRepository, write } from './repositories.js'

const top = realpathSync(mkdtempSync(join(tmpdir(), 'dirdict-changes-')))
afterAll(() => rmSync(top, { recursive: true, force: true }))

let folder: string
let root: string
beforeEach(() => {
  folder = mkdtempSync(join(top, 'case-'))
  root = makeRepository(join(folder, 'repo'))
})
afterEach(() => vi.restoreAllMocks())

const watch = (of: string) => createProvenance({ folders: [of], script: null })

const HOUR = 3_600_000
const clock = performance.now.bind(performance)

/** Moves the clock that ages are measured by. */
function later(milliseconds: number): void {
  vi.spyOn(performance, 'now').mockImplementation(() => clock() + milliseconds)
}

/** What comes at once. */
function atOnce(answer: Provenance | Promise<Provenance>): Provenance {
  if (answer instanceof Promise) throw new Error('the answer has to be waited for')
  return answer
}

describe('a call sees', () => {
  test('a commit, with its true dirty flag, and the next one gives the same object at once', async () => {
    const source = watch(root)
    const before = await source.current()
    expect(atOnce(source.current())).toBe(before)
    write(join(root, 'a.txt'), 'two\n')
    git(root, 'commit', '-q', '-a', '-m', 'two')
    const id = git(root, 'rev-parse', 'HEAD')
    const after = await source.current()
    expect(after.git).toMatchObject({ commit: id, branch: 'main', dirty: false })
    expect(after.git?.checkedAt?.getTime()).toBeGreaterThan(before.git?.checkedAt?.getTime() ?? Infinity)
    expect(atOnce(source.current())).toBe(after)
  })

  test('a commit beside an edit that is not committed', async () => {
    const source = watch(root)
    await source.current()
    write(join(root, 'a.txt'), 'edited\n')
    const id = commit(root, 'two')
    expect((await source.current()).git).toMatchObject({ commit: id, dirty: true })
  })

  test('every commit of a loop', async () => {
    const source = watch(root)
    await source.current()
    for (let i = 0; i < 8; i++) {
      write(join(root, 'a.txt'), `${i}\n`)
      git(root, 'commit', '-q', '-a', '-m', `${i}`)
      expect((await source.current()).git).toMatchObject({
        commit: git(root, 'rev-parse', 'HEAD'),
        dirty: false,
      })
    }
  })

  test('two commits within one tick of the clock of the disk', async () => {
    const other = commit(root, 'two')
    const first = git(root, 'rev-parse', 'HEAD^')
    const source = watch(root)
    await source.current()
    const path = join(root, '.git/refs/heads/main')
    const { atime, mtime } = statSync(path)
    for (const id of [first, other, first]) {
      write(path, `${id}\n`)
      utimesSync(path, atime, mtime)
      expect((await source.current()).git?.commit).toBe(id)
    }
  })

  test('packed references replaced within one tick of the clock of the disk', async () => {
    const ids = [git(root, 'rev-parse', 'HEAD'), commit(root, 'two')]
    git(root, 'pack-refs', '--all')
    const path = join(root, '.git/packed-refs')
    const { atime, mtime } = statSync(path)
    const source = watch(root)
    for (const id of [...ids, ...ids]) {
      // In place and of the same length: neither inode, nor size, nor time tells them apart.
      write(path, `# pack-refs with: peeled fully-peeled sorted \n${id} refs/heads/main\n`)
      utimesSync(path, atime, mtime)
      expect((await source.current()).git?.commit).toBe(id)
    }
  })

  test('a change of branch and the way back, a detached HEAD, and references being packed', async () => {
    const source = watch(root)
    const id = git(root, 'rev-parse', 'HEAD')
    await source.current()
    for (const branch of ['other/deep', 'main']) {
      git(root, 'checkout', '-q', '-B', branch)
      expect((await source.current()).git).toMatchObject({ commit: id, branch, dirty: false })
    }
    git(root, 'checkout', '-q', '--detach')
    expect((await source.current()).git).toMatchObject({ commit: id, branch: null, dirty: false })
    git(root, 'checkout', '-q', 'main')
    git(root, 'pack-refs', '--all')
    expect((await source.current()).git).toMatchObject({ commit: id, branch: 'main', dirty: false })
    const next = commit(root, 'after packing')
    expect((await source.current()).git?.commit).toBe(next)
  })

  test('what happens in a worktree, and not what happens beside it', async () => {
    const tree = join(folder, 'tree')
    git(root, 'worktree', 'add', '-q', '-b', 'side', tree)
    const source = watch(tree)
    const before = await source.current()
    commit(root, 'beside it')
    expect(atOnce(source.current())).toBe(before)
    const id = commit(tree, 'two')
    expect((await source.current()).git).toMatchObject({ commit: id, branch: 'side', dirty: false })
    git(tree, 'checkout', '-q', '-b', 'third')
    expect((await source.current()).git?.branch).toBe('third')
  })

  test('what happens in a worktree of a bare repository', async () => {
    const bare = join(folder, 'bare.git')
    git(folder, 'clone', '-q', '--bare', root, bare)
    const tree = join(folder, 'tree')
    git(bare, 'worktree', 'add', '-q', '-b', 'side', tree)
    const source = watch(tree)
    expect((await source.current()).git).toMatchObject({ branch: 'side', dirty: false })
    const id = commit(tree, 'two')
    expect((await source.current()).git).toMatchObject({ commit: id, branch: 'side', dirty: false })
  })

  test('a commit in a submodule, there and in the repository above', async () => {
    const inner = makeRepository(join(folder, 'inner'))
    git(root, 'submodule', '--quiet', 'add', inner, 'sub')
    git(root, 'commit', '-q', '-m', 'sub')
    const [above, below] = [watch(root), watch(join(root, 'sub'))]
    await above.current()
    await below.current()
    const id = commit(join(root, 'sub'), 'inside')
    expect((await below.current()).git).toMatchObject({ commit: id, dirty: false })
    later(HOUR)
    expect((await above.current()).git?.dirty).toBe(true)
  })

  test('a repository made, removed and made again', async () => {
    const plain = join(folder, 'plain')
    mkdirSync(plain)
    const source = watch(plain)
    const outside = await source.current()
    expect(outside.error).toBe('not inside a git repository')
    makeRepository(plain)
    later(HOUR)
    expect((await source.current()).git).toMatchObject({ branch: 'main', dirty: false })
    renameSync(join(plain, '.git'), join(plain, 'gone'))
    expect((await source.current()).error).toBe('the repository has no HEAD')
    later(2 * HOUR)
    await source.current()
    expect((await source.current()).error).toBe('not inside a git repository')
    renameSync(join(plain, 'gone'), join(plain, '.git'))
    later(3 * HOUR)
    expect((await source.current()).git?.branch).toBe('main')
  })
})

describe('an edit', () => {
  test('is seen after the stated age, and asked for in the background after half of it', async () => {
    const reader = new GitReader([root], null)
    await reader.read()
    write(join(root, 'a.txt'), 'edited\n')
    let report = reader.read()
    expect(report).toMatchObject({ git: { dirty: false } })
    // In steps much shorter than the time in which git is asked in the background.
    for (let step = 1; step < 200 && !(report instanceof Promise) && report.git?.dirty === false; step++) {
      later(step * 500)
      report = reader.read()
      await setTimeout(100)
    }
    // Not a promise: nobody has waited.
    expect(report).toMatchObject({ git: { dirty: true } })
  })

  test('is waited for where the answer is older than the stated age', async () => {
    const source = watch(root)
    await source.current()
    write(join(root, 'a.txt'), 'edited\n')
    later(HOUR)
    const answer = source.current()
    expect(answer).toBeInstanceOf(Promise)
    expect((await answer).git?.dirty).toBe(true)
  })

  test('undone by git shows in the index, and with the next call', async () => {
    write(join(root, 'a.txt'), 'edited\n')
    const source = watch(root)
    expect((await source.current()).git?.dirty).toBe(true)
    git(root, 'checkout', '-q', '--', 'a.txt')
    expect((await source.current()).git?.dirty).toBe(false)
  })
})

test('an index that somebody else refreshes costs one question and is no change', async () => {
  const source = watch(root)
  const before = await source.current()
  // Another time of the same text: git status writes it down.
  utimesSync(join(root, 'a.txt'), 1e9, 1e9)
  git(root, 'status')
  const answer = source.current()
  expect(answer).toBeInstanceOf(Promise)
  const after = await answer
  expect(after.git).toEqual({ ...before.git, checkedAt: after.git?.checkedAt })
  expect(atOnce(source.current())).toBe(after)
})

test('calls at one time share one question', async () => {
  const source = watch(root)
  await source.current()
  commit(root, 'two')
  const answers = await Promise.all(Array.from({ length: 20 }, () => source.current()))
  expect(new Set(answers).size).toBe(1)
})

test('commits that never stop do not keep a call waiting for ever', async () => {
  const source = watch(root)
  await source.current()
  let isOver = false
  const asked = source.current()
  const committing = (async () => {
    for (let i = 0; !isOver && i < 200; i++) {
      commit(root, `${i}`)
      await new Promise(setImmediate)
    }
  })()
  const { git: state } = await asked
  expect((await source.current()).git?.commit).toMatch(/^[0-9a-f]{40}$/)
  isOver = true
  await committing
  expect(state?.branch).toBe('main')
  expect((await source.current()).git).toMatchObject({ commit: git(root, 'rev-parse', 'HEAD'), dirty: false })
})

test('a reftable kept by the installed git is asked for anew after every change', async ({ skip }) => {
  const made = join(folder, 'tables')
  try {
    makeRepository(made, '--ref-format=reftable')
  } catch {
    skip(`${execFileSync('git', ['--version'], { encoding: 'utf8' }).trim()} has no reftable`)
  }
  const source = watch(made)
  expect((await source.current()).git).toMatchObject({ branch: 'main', dirty: false })
  const id = commit(made, 'two')
  expect((await source.current()).git).toMatchObject({ commit: id, branch: 'main', dirty: false })
  git(made, 'checkout', '-q', '-b', 'other')
  expect((await source.current()).git).toMatchObject({ commit: id, branch: 'other' })
})
