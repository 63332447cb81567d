/**
 * What is recorded of a repository: real repositories, made by git in temporary folders.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Provenance } from '../../../src/metadata.js'
import { findRepository, HeadReader } from '../../../src/provenance/git.js'
import { withoutCredentials } from '../../../src/provenance/git-config.js'
import { createProvenance, currentProvenance } from '../../../src/provenance/provenance.js'
import { commit, git, makeRepository as repository, write } from './repositories.js'

const top = realpathSync(mkdtempSync(join(tmpdir(), 'dirdict-git-')))
afterAll(() => rmSync(top, { recursive: true, force: true }))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(top, 'case-'))
})

async function first(cwd: string, script: string | null = null): Promise<Provenance> {
  return createProvenance({ folders: script === null ? [cwd] : [dirname(script), cwd], script }).current()
}

const makeRepository = (root: string = join(folder, 'repo'), ...options: string[]): string =>
  repository(root, ...options)

describe('commit and branch', () => {
  test('of a plain repository are recorded, from a folder deep inside', async () => {
    const root = makeRepository()
    mkdirSync(join(root, 'x/y'), { recursive: true })
    const { git: state, error } = await first(join(root, 'x/y'))
    expect(error).toBeNull()
    expect(state).toMatchObject({
      commit: git(root, 'rev-parse', 'HEAD'),
      branch: 'main',
      dirty: false,
      remote: null,
    })
    expect(state?.checkedAt).toBeInstanceOf(Date)
  })

  test('a detached HEAD has no branch', async () => {
    const root = makeRepository()
    git(root, 'checkout', '-q', '--detach')
    expect((await first(root)).git).toMatchObject({ commit: git(root, 'rev-parse', 'HEAD'), branch: null })
  })

  test('a worktree has its own branch, and the remote of its repository', async () => {
    const root = makeRepository()
    git(root, 'remote', 'add', 'origin', 'https://example.org/x.git')
    const tree = join(folder, 'tree')
    git(root, 'worktree', 'add', '-q', '-b', 'side', tree)
    const id = commit(tree, 'two')
    expect((await first(tree)).git).toMatchObject({
      commit: id,
      branch: 'side',
      dirty: false,
      remote: 'https://example.org/x.git',
    })
  })

  test('a submodule is a repository of its own', async () => {
    const inner = makeRepository(join(folder, 'inner'))
    const root = makeRepository()
    git(root, 'submodule', '--quiet', 'add', inner, 'sub')
    git(root, 'commit', '-q', '-m', 'sub')
    const id = commit(join(root, 'sub'), 'inside')
    expect((await first(join(root, 'sub'))).git?.commit).toBe(id)
  })

  test('packed references and branches with slashes are found', async () => {
    const root = makeRepository()
    git(root, 'checkout', '-q', '-b', 'feature/a/b')
    const id = commit(root, 'two')
    git(root, 'tag', '-a', '-m', 'tag', 'v1')
    git(root, 'pack-refs', '--all')
    expect(existsSync(join(root, '.git/refs/heads/feature/a/b'))).toBe(false)
    expect((await first(root)).git).toMatchObject({ commit: id, branch: 'feature/a/b' })
    git(root, 'checkout', '-q', 'main')
    expect((await first(root)).git).toMatchObject({ commit: git(root, 'rev-parse', 'HEAD'), branch: 'main' })
  })

  test('references packed a second time are read a second time', async () => {
    const root = makeRepository()
    git(root, 'pack-refs', '--all')
    const source = createProvenance({ folders: [root], script: null })
    await source.current()
    const id = commit(root, 'two')
    git(root, 'pack-refs', '--all')
    expect(await source.current()).toMatchObject({ git: { commit: id, branch: 'main', dirty: false } })
  })

  test('a symbolic branch stands for the branch that it names', async () => {
    const root = makeRepository()
    git(root, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/main')
    git(root, 'symbolic-ref', 'HEAD', 'refs/heads/alias')
    expect((await first(root)).git).toMatchObject({ commit: git(root, 'rev-parse', 'HEAD'), branch: 'main' })
  })

  test('a repository with SHA-256 ids is read', async () => {
    const root = makeRepository(undefined, '--object-format=sha256')
    const { git: state } = await first(root)
    expect(state?.commit).toMatch(/^[0-9a-f]{64}$/)
    expect(state?.dirty).toBe(false)
  })

  test('a repository with reftable is read by git', async ({ skip }) => {
    let root = ''
    try {
      root = makeRepository(undefined, '--ref-format=reftable')
    } catch {
      skip('the installed git knows no reftable')
    }
    const source = createProvenance({ folders: [root], script: null })
    const id = git(root, 'rev-parse', 'HEAD')
    expect((await source.current()).git).toMatchObject({ commit: id, branch: 'main', dirty: false })
    const next = commit(root, 'two')
    expect(await source.current()).toMatchObject({ git: { commit: next, branch: 'main', dirty: false } })
  })

  test('files that git would not have written are an error, not a guess', () => {
    const root = makeRepository()
    const repository = findRepository(root)
    if (repository === null) throw new Error('no repository')
    for (const text of [
      '',
      'ref: refs/../../../etc/passwd',
      'ref: /etc/passwd',
      'abc',
      'ref: refs/heads/loop',
    ]) {
      write(join(root, '.git/HEAD'), text)
      write(join(root, '.git/refs/heads/loop'), 'ref: refs/heads/loop')
      expect(() => new HeadReader(repository).read(), text).toThrow('cannot be understood')
    }
  })
})

describe('without a commit', () => {
  test('a branch without a commit says so, and its first commit is seen', async () => {
    git(folder, 'init', '-q', '-b', 'main')
    const source = createProvenance({ folders: [folder], script: null })
    const before = await source.current()
    expect(before).toMatchObject({ git: null, error: 'no commit yet' })
    expect(source.current()).toBe(before)
    const id = commit(folder, 'one')
    expect(await source.current()).toMatchObject({
      git: { commit: id, branch: 'main', dirty: false },
      error: null,
    })
  })

  test('a folder outside any repository says so, each time with the same object', async () => {
    const source = createProvenance({ folders: [folder], script: null })
    const answer = await source.current()
    expect(answer).toMatchObject({ git: null, error: 'not inside a git repository' })
    expect(source.current()).toBe(answer)
  })

  test('a .git file that leads nowhere, a missing folder and an empty .git are no reason to throw', async () => {
    write(join(folder, 'a/.git'), 'gitdir: /nowhere\n')
    expect((await first(join(folder, 'a'))).error).toContain('names no repository')
    expect((await first(join(folder, 'missing'))).error).toContain('ENOENT')
    mkdirSync(join(folder, 'b/.git'), { recursive: true })
    expect((await first(join(folder, 'b'))).error).toBe('not inside a git repository')
  })
})

describe('the script', () => {
  test('decides on the repository, and the working directory where it lies in none', async () => {
    const ofScript = makeRepository(join(folder, 'code'))
    const ofCwd = makeRepository(join(folder, 'data'))
    commit(ofCwd, 'another')
    const inside = write(join(ofScript, 'run.js'), '')
    const outside = write(join(folder, 'run.js'), '')
    expect((await first(ofCwd, inside)).git?.commit).toBe(git(ofScript, 'rev-parse', 'HEAD'))
    expect((await first(ofCwd, outside)).git?.commit).toBe(git(ofCwd, 'rev-parse', 'HEAD'))
  })

  test('that is not tracked makes the repository dirty, whatever characters its name has', async () => {
    const root = makeRepository()
    // As a pattern, the name of the script would match a file that is tracked.
    write(join(root, 'a*1.js'), '')
    git(root, 'add', '.')
    git(root, 'commit', '-q', '-m', 'like the script')
    const script = write(join(root, 'a*[1].js'), '1')
    expect((await first(root, script)).git?.dirty).toBe(true)
    git(root, 'add', '.')
    git(root, 'commit', '-q', '-m', 'script')
    expect((await first(root, script)).git?.dirty).toBe(false)
  })

  test.each(['--assume-unchanged', '--skip-worktree'])(
    'that git was told by %s not to look at is not tracked',
    async option => {
      const root = makeRepository()
      const script = write(join(root, 'run.js'), '1')
      git(root, 'add', '.')
      git(root, 'commit', '-q', '-m', 'script')
      git(root, 'update-index', option, 'run.js')
      write(script, '2')
      expect((await first(root, script)).git?.dirty).toBe(true)
    },
  )
})

describe('dirty', () => {
  test('is true after a change of a tracked file, staged or not; other files do not count', async () => {
    const root = makeRepository()
    write(join(root, 'untracked.txt'), '')
    expect((await first(root)).git?.dirty).toBe(false)
    write(join(root, 'a.txt'), 'changed\n')
    expect((await first(root)).git?.dirty).toBe(true)
    git(root, 'add', '.')
    expect((await first(root)).git?.dirty).toBe(true)
  })

  test('is true where a file of a submodule changed', async () => {
    const inner = makeRepository(join(folder, 'inner'))
    const root = makeRepository()
    git(root, 'submodule', '--quiet', 'add', inner, 'sub')
    git(root, 'commit', '-q', '-m', 'sub')
    expect((await first(root)).git?.dirty).toBe(false)
    write(join(root, 'sub/a.txt'), 'changed\n')
    expect((await first(root)).git?.dirty).toBe(true)
  })

  test('a look at it writes nothing to the repository', async () => {
    const root = makeRepository()
    // The same text at another time: git would refresh its index.
    write(join(root, 'a.txt'), 'one\n')
    const index = readFileSync(join(root, '.git/index'))
    const { mtimeMs } = statSync(join(root, '.git/index'))
    expect((await first(root)).git?.dirty).toBe(false)
    expect(readFileSync(join(root, '.git/index')).equals(index)).toBe(true)
    expect(statSync(join(root, '.git/index')).mtimeMs).toBe(mtimeMs)
  })

  test('variables like GIT_DIR lead to no other repository', async () => {
    const root = makeRepository()
    const other = makeRepository(join(folder, 'other'))
    write(join(other, 'a.txt'), 'changed\n')
    const hostile = {
      GIT_DIR: join(other, '.git'),
      GIT_WORK_TREE: other,
      GIT_EDITOR: 'x',
      PAGER: 'x',
      EDITOR: 'x',
    }
    const saved = { ...process.env }
    try {
      Object.assign(process.env, hostile)
      expect((await first(root)).git?.dirty).toBe(false)
    } finally {
      process.env = saved
    }
  })
})

describe('the remote', () => {
  test('is that of the branch, else origin, else the first', async () => {
    const root = makeRepository()
    git(root, 'remote', 'add', 'first', 'https://example.org/first')
    expect((await first(root)).git?.remote).toBe('https://example.org/first')
    git(root, 'remote', 'add', 'origin', 'git@example.org:x/origin.git')
    expect((await first(root)).git?.remote).toBe('git@example.org:x/origin.git')
    git(root, 'config', 'branch.main.remote', 'first')
    expect((await first(root)).git?.remote).toBe('https://example.org/first')
  })

  test('is read as git reads it: quotes, comments, escapes', async () => {
    const root = makeRepository()
    const config =
      '\n[Remote "a \\"b\\""] # note\n  URL = "https://example.org/a;b" ; note\n[remote "c"] url = d\n'
    writeFileSync(join(root, '.git/config'), readFileSync(join(root, '.git/config'), 'utf8') + config)
    expect(git(root, 'config', 'remote.a "b".url')).toBe('https://example.org/a;b')
    expect((await first(root)).git?.remote).toBe('https://example.org/a;b')
  })

  test.each([
    ['https://user:token@host/x', 'https://host/x'],
    ['https://token@host:8080/x.git', 'https://host:8080/x.git'],
    ['https://user:p@ss@host/x', 'https://host/x'],
    ['https://host/x?private_token=1#2', 'https://host/x'],
    ['https://host/x@y', 'https://host/x@y'],
    ['ssh://git@host/x', 'ssh://git@host/x'],
    ['ssh://git:secret@host/x', 'ssh://host/x'],
    ['helper::https://u:p@host/x', 'helper::https://host/x'],
    ['git@host:x/y.git', 'git@host:x/y.git'],
    ['/srv/git/x.git', '/srv/git/x.git'],
  ])('%s is recorded as %s', (url, expected) => {
    expect(withoutCredentials(url)).toBe(expected)
  })

  test('carries no token into the record', async () => {
    const root = makeRepository()
    git(root, 'remote', 'add', 'origin', 'https://fritz:ghp_secret@example.org/x.git')
    const answer = await first(root)
    expect(answer.git?.remote).toBe('https://example.org/x.git')
    expect(JSON.stringify(answer)).not.toMatch(/secret|fritz:/)
  })

  test('carries no token of its path into the record', async () => {
    const root = makeRepository()
    git(root, 'remote', 'add', 'origin', `https://example.org/gh${'p_'}${'a1B2'.repeat(9)}/x.git`)
    expect((await first(root)).git?.remote).toBe(`https://example.org/gh${'p_'}[masked]/x.git`)
  })
})

describe('a hostile repository', () => {
  /** A program that leaves a trace when it is run. */
  function canary(name: string): { program: string; trace: string } {
    const trace = join(folder, `${name}.ran`)
    const program = write(join(folder, `${name}.sh`), `#!/bin/sh\necho ran >> '${trace}'\ncat\n`)
    chmodSync(program, 0o755)
    return { program, trace }
  }

  test('runs neither its monitor nor its hooks', async () => {
    const root = makeRepository()
    const { program, trace } = canary('monitor')
    for (const hook of ['post-index-change', 'query-watchman', 'reference-transaction']) {
      symlinkSync(program, join(root, '.git/hooks', hook))
    }
    git(root, 'config', 'core.fsmonitor', program)
    git(root, 'status')
    expect(existsSync(trace), 'git itself would run it').toBe(true)
    rmSync(trace)
    expect((await first(root)).git?.dirty).toBe(false)
    expect(existsSync(trace)).toBe(false)
  })

  test.each(['clean', 'process'])('runs no filter (%s), of its own nor of a submodule', async kind => {
    const inner = makeRepository(join(folder, 'inner'))
    const root = makeRepository()
    git(root, 'submodule', '--quiet', 'add', inner, 'sub')
    git(root, 'commit', '-q', '-m', 'sub')
    const { program, trace } = canary(kind)
    for (const [tree, name] of [[root, 'a.b'] as const, [join(root, 'sub'), 'c'] as const]) {
      git(tree, 'config', `filter.${name}.${kind}`, program)
      git(tree, 'config', `filter.${name}.required`, 'true')
      git(tree, 'config', 'core.attributesFile', write(join(folder, `for ${name}`), `*.txt filter=${name}\n`))
    }
    // Another time, the same size: git has to look into the files.
    write(join(root, 'sub/a.txt'), 'two\n')
    expect((await first(root)).git?.dirty).toBeNull()
    write(join(root, 'a.txt'), 'two\n')
    expect((await first(root)).git?.dirty).toBeNull()
    expect(existsSync(trace)).toBe(false)
    try {
      git(root, 'status')
    } catch {
      // A program that does not speak the protocol of filters makes git fail; that it ran is enough.
    }
    expect(existsSync(trace), 'git itself would run it').toBe(true)
  })

  test('with a filter that cannot be switched off is not looked into', async () => {
    const root = makeRepository()
    const { program, trace } = canary('equals')
    git(root, 'config', 'filter.plain.clean', 'cat')
    const config = join(root, '.git/config')
    writeFileSync(config, readFileSync(config, 'utf8').replace('"plain"', '"a=b"').replace('cat', program))
    write(join(root, '.git/info/attributes'), '*.txt filter=a=b\n')
    write(join(root, 'a.txt'), 'two\n')
    expect((await first(root)).git?.dirty).toBeNull()
    expect(existsSync(trace)).toBe(false)
  })

  test('with a submodule that leads back to it is given up, not followed for ever', async () => {
    const root = makeRepository()
    symlinkSync('.', join(root, 'loop'))
    write(join(root, '.gitmodules'), '[submodule "x"]\n\tpath = loop\n')
    git(root, 'add', '.')
    git(root, 'commit', '-q', '-m', 'loop')
    expect((await first(root)).git?.dirty).toBeNull()
  })
})

test('concurrent first calls get one object, and everything in the answer is frozen', async () => {
  const source = createProvenance({ folders: [makeRepository()], script: null })
  const [answer, other] = await Promise.all([source.current(), source.current()])
  expect(other).toBe(answer)
  for (const part of [answer, answer.git, answer.modules, answer.host, answer.runtime]) {
    expect(Object.isFrozen(part)).toBe(true)
  }
})

test('this process, started by vitest, has no script of the user', async () => {
  expect(await currentProvenance()).toMatchObject({ script: null, runtime: { name: 'node' } })
})
