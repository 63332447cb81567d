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
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'

const packageRoot = resolve(import.meta.dirname, '../../..')
const strace = '/usr/bin/strace'
const top = realpathSync(mkdtempSync(join(tmpdir(), 'dirdict-process-')))
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(top, 'case-'))
})

afterAll(() => {
  rmSync(top, { recursive: true, force: true })
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
  return JSON.stringify(pathToFileURL(join(packageRoot, 'dist/src/provenance/provenance.js')).href)
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

/** A repository whose references lie in a reftable, as far as its other files show it. */
function makeTables(): void {
  makeRepository()
  write(join(folder, '.git/HEAD'), 'ref: refs/heads/.invalid\n')
  write(join(folder, '.git/reftable/tables.list'), 'x\n')
}

/** A PATH on which another git comes first. */
function addGit(body: string): string {
  const program = write(join(folder, 'bin/git'), `#!/bin/sh\n${body}\n`)
  chmodSync(program, 0o755)
  return `${join(folder, 'bin')}:${process.env.PATH}`
}

/** The clock that ages are measured by, moved on. */
const anHourLater = `{
  const now = performance.now.bind(performance)
  performance.now = () => now() + 3_600_000
}`

describe('processes', () => {
  test('no call after the first starts one while nothing changes', ({ skip }) => {
    if (!existsSync(strace)) skip('strace is not installed')
    makeRepository()
    const script = write(
      join(folder, 'run.mjs'),
      `import { writeFileSync } from 'node:fs'
       import { currentProvenance } from ${source()}
       const first = await currentProvenance()
       if (first.git.dirty !== true) throw new Error('git was not asked')
       writeFileSync('mark', '')
       for (let i = 0; i < 1000; i++) if (currentProvenance() !== first) throw new Error('another object')
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
    makeTables()
    const answer = run('report(await currentProvenance())', { env: { PATH: '' } })
    expect(answer).toMatchObject({ git: null, error: 'git was not found' })
  })

  test('git gone from the PATH while the process lives leaves dirty unknown after the next commit', () => {
    makeRepository()
    const answers = run(
      `import { writeFileSync } from 'node:fs'
       const first = await currentProvenance()
       process.env.PATH = ''
       writeFileSync('.git/refs/heads/main', 'b'.repeat(40))
       report([first.git.dirty, await currentProvenance(), currentProvenance() instanceof Promise])`,
    )
    expect(answers).toMatchObject([
      true,
      { git: { commit: 'b'.repeat(40), branch: 'main', dirty: null, checkedAt: null }, error: null },
      false,
    ])
  })

  test('git is asked anew whenever the list of a reftable changes', () => {
    makeTables()
    // A newer git than the one installed, as far as it is asked.
    const PATH = addGit(
      `case "$*" in
         *'rev-parse HEAD --symbolic-full-name HEAD') cat answer ;;
         *) exit 1 ;;
       esac`,
    )
    write(join(folder, 'answer'), `${'a'.repeat(40)}\nrefs/heads/x/y\n`)
    const answers = run(
      `import { writeFileSync } from 'node:fs'
       const first = await currentProvenance()
       const same = currentProvenance() === first
       writeFileSync('answer', 'b'.repeat(40) + '\\nHEAD\\n')
       writeFileSync('.git/reftable/tables.list', 'y')
       const last = await currentProvenance()
       report([first, same, last, currentProvenance() === last])`,
      { env: { PATH } },
    )
    expect(answers).toMatchObject([
      { git: { commit: 'a'.repeat(40), branch: 'x/y', dirty: null }, error: null },
      true,
      { git: { commit: 'b'.repeat(40), branch: null, dirty: null }, error: null },
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

describe('a git that hangs', () => {
  /** Git as it is, until there is a file `hang`. */
  function hangingGit(): NodeJS.ProcessEnv {
    const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim()
    const hang = `if [ -e '${folder}/hang' ]; then echo >'${folder}/hanging'; exec sleep 20; fi`
    return { PATH: addGit(`${hang}; exec ${real} "$@"`) }
  }

  test('keeps no process alive that asked it in the background', () => {
    makeRepository()
    const [dirty, before, after] = run(
      `import { existsSync, writeFileSync } from 'node:fs'
       import { setTimeout } from 'node:timers/promises'
       const first = await currentProvenance()
       const before = process.getActiveResourcesInfo()
       writeFileSync('hang', '')
       const now = performance.now.bind(performance)
       let second = first
       // In steps much shorter than the time in which git is asked in the background.
       for (let step = 1; step < 200 && !existsSync('hanging'); step++) {
         performance.now = () => now() + step * 500
         second = await currentProvenance()
         await setTimeout(100)
       }
       report([[first.git.dirty, second.git.dirty], before, process.getActiveResourcesInfo()])`,
      { env: hangingGit() },
    ) as [boolean[], string[], string[]]
    expect(dirty).toEqual([true, true])
    expect(after.sort()).toEqual(before.sort())
  })

  test('holds up one call, and then none, not even after a commit', () => {
    const commit = makeRepository()
    const env = hangingGit()
    write(join(folder, 'hang'), '')
    const answers = run(
      `import { writeFileSync } from 'node:fs'
       const first = await currentProvenance()
       writeFileSync('.git/refs/heads/main', 'b'.repeat(40))
       const second = currentProvenance()
       report([first, second, currentProvenance() === second])`,
      { env },
    )
    expect(answers).toMatchObject([
      { git: { commit, branch: 'main', dirty: null }, error: null },
      { git: { commit: 'b'.repeat(40), branch: 'main', dirty: null }, error: null },
      true,
    ])
  }, 30_000)
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

  test('one required later appears soon; nothing new leaves the same object', () => {
    addPackage('late', '1.0.0', {}, { 'index.js': '', 'other.js': '' })
    const answer = run(
      `import { createRequire } from 'node:module'
       import { setTimeout } from 'node:timers/promises'
       const require = createRequire(import.meta.url)
       const first = await currentProvenance()
       const same = currentProvenance() === first
       require('late')
       // A hundred times what counting modules takes: far less than this.
       await setTimeout(200)
       const second = currentProvenance()
       require('late/other.js')
       await setTimeout(200)
       report([first.modules.late ?? null, same, second.modules.late, currentProvenance() === second])`,
    )
    expect(answer).toEqual([null, true, '1.0.0', true])
  })

  test('an ES module imported later appears after the stated time at the latest', () => {
    addPackage('late', '1.0.0', { type: 'module' }, { 'index.js': '' })
    const answer = run(
      `const first = await currentProvenance()
       await import('late')
       const early = currentProvenance() === first
       ${anHourLater}
       report([early, (await currentProvenance()).modules.late])`,
    )
    expect(answer).toEqual([true, '1.0.0'])
  })

  test('in a loop of calls it appears without a wait', () => {
    addPackage('late', '1.0.0', { type: 'module' }, { 'index.js': '' })
    const answer = run(
      `import { setImmediate } from 'node:timers/promises'
       await currentProvenance()
       await import('late')
       const now = performance.now.bind(performance)
       let answer = await currentProvenance()
       // In steps much shorter than the time in which modules are listed in the background.
       for (let step = 1; step < 200 && answer.modules.late === undefined; step++) {
         performance.now = () => now() + step * 250
         answer = currentProvenance()
         if (answer instanceof Promise) throw new Error('a wait')
         await setImmediate()
       }
       report(answer.modules.late)`,
    )
    expect(answer).toBe('1.0.0')
  })

  test('are not listed again where Node announces imports and none was made', ({ skip }) => {
    if (Number(process.versions.node.split('.')[0]) < 22) skip('Node 20 announces no imports')
    addPackage('late', '1.0.0', { type: 'module' }, { 'index.js': '' })
    const answer = run(
      `import inspector from 'node:inspector'
       const connect = inspector.Session.prototype.connect
       let listings = 0
       inspector.Session.prototype.connect = function () { listings++; return connect.call(this) }
       const counted = []
       const now = performance.now.bind(performance)
       for (let hour = 0; hour < 5; hour++) {
         performance.now = () => now() + hour * 3_600_000
         if (hour === 3) await import('late')
         const { modules } = await currentProvenance()
         counted.push(listings)
         if (hour >= 3 && modules.late === undefined) throw new Error('not listed')
       }
       report(counted)`,
    )
    // The second time for the sake of imports that were under way at the first.
    expect(answer).toEqual([1, 2, 2, 3, 3])
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
       ${anHourLater}
       report([first.lockFile, (await currentProvenance()).lockFile])`,
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

  test('a script that is edited while it runs is recorded with the hash of what runs', () => {
    const hashes = run(
      `import { writeFileSync } from 'node:fs'
       import { fileURLToPath } from 'node:url'
       const first = await currentProvenance()
       writeFileSync(fileURLToPath(import.meta.url), '')
       ${anHourLater}
       report([first.script.sha256, (await currentProvenance()).script.sha256])`,
    ) as string[]
    expect(hashes[1]).toBe(hashes[0])
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
      const text = readFileSync(join(packageRoot, 'dist/src/provenance', name), 'utf8')
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
