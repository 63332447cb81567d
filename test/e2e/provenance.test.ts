/**
 * Where values come from, as `set` records it: processes of their own, in repositories that change while they live.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { DataBase } from '../../src/index.js'
import { git, makeRepository, write } from '../unit/provenance/repositories.js'

const dirdict = JSON.stringify(pathToFileURL(resolve(import.meta.dirname, '../../dist/src/index.js')).href)
const top = realpathSync(mkdtempSync(join(tmpdir(), 'dirdict-e2e-provenance-')))
afterAll(() => rmSync(top, { recursive: true, force: true }))

let folder: string
let code: string
let data: string
beforeEach(() => {
  folder = mkdtempSync(join(top, 'case-'))
  code = makeRepository(join(folder, 'code'))
  data = makeRepository(join(folder, 'data'))
  git(data, 'checkout', '-q', '-b', 'data')
})

const head = (root: string): string => git(root, 'rev-parse', 'HEAD')

/** What a study prints as JSON; `db` is open and new. */
function study(body: string, options = '{}'): string {
  return `import { DataBase } from ${dirdict}
    const db = await DataBase.open(${JSON.stringify(join(folder, 'db'))}, ${options})
    const report = value => process.stdout.write(JSON.stringify(value))
    ${body}`
}

function node(args: readonly string[], { cwd = folder, env = {} } = {}): never {
  const text = execFileSync(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  return JSON.parse(text) as never
}

const evaluated = (text: string): readonly string[] => ['--input-type=module', '-e', text]
const once = `await db.set('k', 1); report((await db.metadata('k')).git)`

describe('a process that lives on', () => {
  test('records each commit of a loop of sets with its dirty flag, and the branch switched to', () => {
    const script = write(
      join(code, 'run.mjs'),
      study(`
        import { execFileSync } from 'node:child_process'
        import { writeFileSync } from 'node:fs'
        const git = (...args) => execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@x', ...args],
          { cwd: import.meta.dirname ?? ${JSON.stringify(code)}, encoding: 'utf8' }).trim()
        const seen = []
        for (let i = 0; i < 4; i++) {
          writeFileSync(${JSON.stringify(join(code, 'a.txt'))}, String(i))
          git('commit', '-q', '-a', '-m', 'step')
          await Promise.all(['a', 'b', 'c'].map(name => db.set(name + i, i)))
          for (const name of ['a', 'b', 'c']) {
            const { commit, dirty } = (await db.metadata(name + i)).git
            seen.push(commit === git('rev-parse', 'HEAD') && dirty === false)
          }
        }
        git('checkout', '-q', '-b', 'next')
        await db.set('last', 1)
        report([seen, (await db.metadata('last')).git.branch])`),
    )
    git(code, 'add', '.')
    git(code, 'commit', '-q', '-m', 'script')
    expect(node([script])).toEqual([Array.from({ length: 12 }, () => true), 'next'])
  })
})

describe('the repository', () => {
  test('is that of the script, wherever it was started', () => {
    const script = write(join(code, 'run.mjs'), study(once))
    expect(node([script], { cwd: data })).toMatchObject({ commit: head(code), branch: 'main', dirty: true })
  })

  test('is that of the working directory without a script', () => {
    expect(node(evaluated(study(once)), { cwd: data })).toMatchObject({ branch: 'data', dirty: false })
  })

  test.each(['its directory', 'a file in it'])('is another where source names %s; the script stays', how => {
    const source = how === 'its directory' ? data : join(data, 'a.txt')
    const both = `await db.set('k', 1)
      const { git, script } = await db.metadata('k')
      report({ git, script })`
    const script = write(join(code, 'run.mjs'), study(both, `{ source: ${JSON.stringify(source)} }`))
    expect(node([script])).toMatchObject({
      git: { commit: head(data), branch: 'data', dirty: false },
      script: { path: script },
    })
  })

  test('is what a relative source names at the time of opening', () => {
    const text = study(`process.chdir('/'); ${once}`, `{ source: 'data' }`)
    expect(node(evaluated(text))).toMatchObject({ branch: 'data' })
  })

  test('has to exist where source names it', async () => {
    const path = join(folder, 'db')
    const opening = DataBase.open(path, { source: join(folder, 'missing') })
    await expect(opening).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    expect(existsSync(path)).toBe(false)
  })
})

describe('the repository of a notebook', () => {
  test('is found by the name of the session, which a server of Jupyter gives', () => {
    const env = { JPY_SESSION_NAME: join(data, 'study.ipynb') }
    expect(node(evaluated(study(once)), { cwd: code, env })).toMatchObject({ branch: 'data' })
  })

  test('is not guessed from the name of a console, nor from a folder that is gone', () => {
    for (const name of ['study.ipynb', join(data, 'Console 1'), join(folder, 'gone/study.ipynb')]) {
      const answer = node(evaluated(study(once)), { cwd: code, env: { JPY_SESSION_NAME: name } })
      expect(answer, name).toMatchObject({ commit: head(code), branch: 'main' })
    }
  })

  /** Runs the study as the child of a program with `words` on its command line. */
  function below(words: readonly string[]): unknown {
    const text = `JPY_PARENT_PID=$$ '${process.execPath}' --input-type=module -e "$STUDY"; true`
    const env = { ...process.env, STUDY: study(once) }
    return JSON.parse(
      execFileSync('sh', ['-c', text, 'nbconvert', ...words], { cwd: code, env, encoding: 'utf8' }),
    )
  }

  test('is found by the command line of nbconvert', ({ skip }) => {
    if (!existsSync('/proc/self/cmdline')) skip('this system has no /proc')
    write(join(data, 'study.ipynb'), '{}')
    expect(below(['--execute', '../data/study.ipynb', '--output', 'out.ipynb'])).toMatchObject({
      branch: 'data',
    })
    expect(below(['--execute', '../data/missing.ipynb'])).toMatchObject({ branch: 'main' })
  })

  test('is not guessed where notebooks of several folders are on the command line', ({ skip }) => {
    if (!existsSync('/proc/self/cmdline')) skip('this system has no /proc')
    write(join(data, 'study.ipynb'), '{}')
    write(join(folder, 'other.ipynb'), '{}')
    expect(below(['../data/study.ipynb', '../other.ipynb'])).toMatchObject({ branch: 'main' })
  })
})

test('a script in the folder of a notebook counts, not the notebook', () => {
  const script = write(join(code, 'run.mjs'), study(once))
  expect(node([script], { env: { JPY_SESSION_NAME: join(data, 'study.ipynb') } })).toMatchObject({
    branch: 'main',
  })
})
