/**
 * What is recorded of a process: compiled code in processes of their own, for vitest runs sources through vite.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const packageRoot = resolve(import.meta.dirname, '../../..')
const strace = '/usr/bin/strace'
const top = realpathSync(mkdtempSync(join(tmpdir(), 'dirdict-process-')))
let compiled = ''
let folder = ''

/** Compiled below node_modules of this package, so that simple-git is found from there. */
beforeAll(() => {
  const cache = join(packageRoot, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  compiled = mkdtempSync(join(cache, 'provenance-'))
  write(join(compiled, 'package.json'), '{"type":"module"}')
  const sources = join(packageRoot, 'src/provenance')
  for (const name of readdirSync(sources)) {
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
    const { outputText } = ts.transpileModule(readFileSync(join(sources, name), 'utf8'), { compilerOptions })
    write(join(compiled, 'src/provenance', name.replace(/\.ts$/, '.js')), outputText)
  }
})

beforeEach(() => {
  folder = mkdtempSync(join(top, 'case-'))
})

afterAll(() => {
  rmSync(top, { recursive: true, force: true })
  rmSync(compiled, { recursive: true, force: true })
})

function write(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

function addPackage(name: string, version: string, json: object, files: Record<string, string>): void {
  const root = join(folder, 'node_modules', name)
  write(join(root, 'package.json'), JSON.stringify({ name, version, main: './index.js', ...json }))
  for (const [file, text] of Object.entries(files)) write(join(root, file), text)
}

function source(): string {
  return JSON.stringify(pathToFileURL(join(compiled, 'src/provenance/provenance.js')).href)
}

/** Runs `body` as a script, with `currentProvenance` at hand, and gives what it passes to `report`. */
function run(body: string, { env = process.env, name = 'run.mjs', args = [''] } = {}): never {
  const script = write(
    join(folder, name),
    `import { currentProvenance } from ${source()}
     const report = value => process.stdout.write(JSON.stringify(value))
     ${body}`,
  )
  return runNode([script, ...args], env)
}

function runNode(args: string[], env: NodeJS.ProcessEnv = process.env, input = ''): never {
  return JSON.parse(
    execFileSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8', input }),
  ) as never
}

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=T', '-c', 'user.email=t@example.org']
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim()
}

function makeRepository(): string {
  write(join(folder, 'a.txt'), 'one\n')
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-q', '-m', 'one')
  return git('rev-parse', 'HEAD')
}

describe('processes', () => {
  test('no call after the first starts one, not even after a commit', ({ skip }) => {
    if (!existsSync(strace)) skip('strace is not installed')
    makeRepository()
    const script = write(
      join(folder, 'run.mjs'),
      `import { writeFileSync } from 'node:fs'
       import { currentProvenance } from ${source()}
       const first = await currentProvenance()
       if (first.git.dirty !== true) throw new Error('git was not asked')
       writeFileSync('mark', '')
       for (let i = 0; i < 100; i++) {
         writeFileSync('.git/refs/heads/main', String(i).padStart(40, '0'))
         if (currentProvenance().git.commit !== String(i).padStart(40, '0')) throw new Error('commit not seen')
         if (currentProvenance() !== currentProvenance()) throw new Error('not the same object')
       }
       await new Promise(resolve => setTimeout(resolve, 100))`,
    )
    const trace = join(folder, 'trace')
    const filter = 'trace=execve,clone,clone3,fork,vfork,openat'
    execFileSync(strace, ['-f', '-qq', '-o', trace, '-e', filter, process.execPath, script], {
      cwd: folder,
    })
    const lines = readFileSync(trace, 'utf8').split('\n')
    const mark = lines.findIndex(line => line.includes('"mark"'))
    const isExec = (line: string) => line.includes('execve(')
    expect(lines.slice(0, mark).filter(isExec).length).toBeGreaterThan(1)
    expect(lines.slice(mark).filter(isExec)).toEqual([])
  })

  test('without git on the PATH, commit and branch are known and dirty is not', () => {
    const commit = makeRepository()
    const answer = run('report(await currentProvenance())', { env: { PATH: '' } })
    expect(answer).toMatchObject({
      git: { commit, branch: 'main', dirty: null, checkedAt: null },
      error: null,
    })
  })

  test('without git on the PATH, a repository that only git can read says so', () => {
    makeRepository()
    write(join(folder, '.git/reftable/tables.list'), 'x\n')
    const answer = run('report(await currentProvenance())', { env: { PATH: '' } })
    expect(answer).toMatchObject({ git: null, error: 'git was not found' })
  })

  test('what git says of a reftable stands until the table changes', () => {
    makeRepository()
    write(join(folder, '.git/reftable/tables.list'), 'x\n')
    // A newer git than the one installed, as far as it is asked.
    const program = write(
      join(folder, 'bin/git'),
      `#!/bin/sh
       case "$*" in
         *'rev-parse HEAD --symbolic-full-name HEAD') echo ${'a'.repeat(40)}; echo refs/heads/x/y ;;
         *) exit 1 ;;
       esac`,
    )
    chmodSync(program, 0o755)
    const answers = run(
      `import { writeFileSync } from 'node:fs'
       const first = await currentProvenance()
       const same = currentProvenance() === first
       writeFileSync('.git/reftable/tables.list', 'y')
       const last = currentProvenance()
       report([first, same, last, currentProvenance() === last])`,
      { env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}` } },
    )
    expect(answers).toMatchObject([
      { git: { commit: 'a'.repeat(40), branch: 'x/y', dirty: null }, error: null },
      true,
      { git: null, error: 'the references changed, and only git can read them' },
      true,
    ])
  })

  test('nothing keeps a process alive after the first answer', () => {
    makeRepository()
    const alive = run('await currentProvenance(); report(process.getActiveResourcesInfo())')
    expect(alive).not.toContain('Timeout')
    expect(alive).not.toContain('ProcessWrap')
  })
})

describe('modules', () => {
  test('CommonJS and ES modules that were loaded are listed, installed ones are not', () => {
    write(join(folder, 'package.json'), '{"name":"study","version":"1.2.3"}')
    addPackage('cjs', '1.0.0', {}, { 'index.js': 'exports.a = 1' })
    const esm = { 'index.js': 'export const a = 1', 'lib/package.json': '{"type":"module"}' }
    addPackage(
      '@scope/esm',
      '2.0.0',
      { type: 'module', main: './lib/x.js' },
      { ...esm, 'lib/x.js': 'export {}' },
    )
    addPackage('unused', '3.0.0', {}, { 'index.js': '' })
    addPackage('cjs/node_modules/inner', '4.0.0', { name: 'inner' }, { 'index.js': '' })
    addPackage('inner', '5.0.0', {}, { 'index.js': '' })
    const { modules } = run(
      `import 'cjs'
       import '@scope/esm'
       import 'inner'
       import { createRequire } from 'node:module'
       createRequire(import.meta.resolve('cjs'))('inner')
       report(await currentProvenance())`,
    ) as { modules: Record<string, string> }
    expect(modules).toMatchObject({
      study: '1.2.3',
      cjs: '1.0.0',
      '@scope/esm': '2.0.0',
      inner: '4.0.0, 5.0.0',
    })
    expect(Object.keys(modules)).toEqual(Object.keys(modules).sort())
    expect(modules).not.toHaveProperty('unused')
    expect(modules).not.toHaveProperty('node')
  })

  test('one required later appears with the next call; nothing new leaves the same object', () => {
    addPackage('late', '1.0.0', {}, { 'index.js': '', 'other.js': '' })
    const answer = run(
      `import { createRequire } from 'node:module'
       const require = createRequire(import.meta.url)
       const first = await currentProvenance()
       const same = currentProvenance() === first
       require('late')
       const second = currentProvenance()
       require('late/other.js')
       report([first.modules.late ?? null, same, second.modules.late, currentProvenance() === second])`,
    )
    expect(answer).toEqual([null, true, '1.0.0', true])
  })

  test('an ES module imported later appears once the listing is due', () => {
    addPackage('late', '1.0.0', { type: 'module' }, { 'index.js': '' })
    const answer = run(
      `const first = await currentProvenance()
       await import('late')
       const early = currentProvenance() === first
       const now = performance.now.bind(performance)
       performance.now = () => now() + 3_600_000
       report([early, currentProvenance().modules.late])`,
    )
    expect(answer).toEqual([true, '1.0.0'])
  })

  test('the nearest lock file is named with its hash, and read again when it changes', () => {
    const text = '{"lockfileVersion":3}'
    write(join(folder, 'package-lock.json'), text)
    addPackage('late', '1.0.0', {}, { 'index.js': '' })
    const answer = run(
      `import { writeFileSync } from 'node:fs'
       import { createRequire } from 'node:module'
       const first = await currentProvenance()
       writeFileSync('package-lock.json', 'other')
       createRequire(import.meta.url)('late')
       report([first.lockFile, currentProvenance().lockFile])`,
      { name: 'deep/run.mjs' },
    )
    const sha256 = (content: string) => createHash('sha256').update(content).digest('hex')
    const expected = [text, 'other'].map(content => `package-lock.json sha256:${sha256(content)}`)
    expect(answer).toEqual(expected)
  })
})

describe('script, host and runtime', () => {
  test('a script is recorded with its real path and hash, also where it was started through a link', () => {
    run('report((await currentProvenance()).script)', { name: 'real.mjs' })
    symlinkSync('real.mjs', join(folder, 'link.mjs'))
    const sha256 = createHash('sha256')
      .update(readFileSync(join(folder, 'real.mjs')))
      .digest('hex')
    expect(runNode([join(folder, 'link.mjs')])).toEqual({ path: join(folder, 'real.mjs'), sha256 })
  })

  test('a script started without its extension is found', () => {
    const body = `import(${source()}).then(async m => console.log(JSON.stringify((await m.currentProvenance()).script)))`
    write(join(folder, 'run.js'), body)
    expect(runNode([join(folder, 'run')])).toMatchObject({ path: join(folder, 'run.js') })
  })

  test('-e, standard input, installed programs and our own command are no scripts', () => {
    const body = `import(${source()}).then(async m => console.log(JSON.stringify((await m.currentProvenance()).script)))`
    const other = write(join(folder, 'other.js'), '')
    expect(runNode(['-e', body, other])).toBeNull()
    expect(runNode(['-', other], process.env, body)).toBeNull()
    const installed = write(join(folder, 'node_modules/tool/bin.js'), body)
    expect(runNode([installed])).toBeNull()
  })

  test('host, runtime and the version of this package are recorded', () => {
    const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))
    const answer = run('report(await currentProvenance())')
    expect(answer).toMatchObject({
      host: { name: hostname(), platform: process.platform, arch: process.arch, user: expect.any(String) },
      runtime: { name: 'node', version: process.versions.node, dirdict: version },
    })
  })

  test('our own command counts as installed, our own benches do not', () => {
    // A copy of this package outside node_modules, as in a checkout.
    const own = join(folder, 'checkout')
    write(join(own, 'package.json'), '{"name":"dirdict","version":"9.9.9","type":"module"}')
    for (const name of ['history.js', 'host.js']) {
      const text = readFileSync(join(compiled, 'src/provenance', name), 'utf8')
      write(join(own, 'dist/src/provenance', name), text)
    }
    const body = `import { runningScript } from ${JSON.stringify(join(own, 'dist/src/provenance/history.js'))}
      console.log(JSON.stringify(runningScript()))`
    expect(runNode([write(join(own, 'dist/src/cli/index.js'), body)])).toBeNull()
    const bench = write(join(own, 'build/bench/index.js'), body)
    expect(runNode([bench])).toBe(bench)
    expect(existsSync(bench)).toBe(true)
  })
})
