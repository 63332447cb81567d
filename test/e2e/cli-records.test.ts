/**
 * The command `dirdict`: `info` in full, `find` and `annotate`.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { DataBase, type SetOptions } from '../../src/index.js'
import { expectError, type Run, useShell } from './shell.js'

const { cli, cliJson, path } = useShell()
const db = 'db'

async function store(values: Record<string, SetOptions>, content: unknown = 1): Promise<void> {
  const opened = await DataBase.open(path(db), { durability: 'relaxed', source: path() })
  for (const [key, options] of Object.entries(values)) await opened.set(key, content, options)
  await opened.close()
}

/** Changes what the record of a key says of its origin. */
function rewrite(key: string, changes: Record<string, unknown>): void {
  const file = path(db, key, 'dirdict.json')
  const record = JSON.parse(readFileSync(file, 'utf8')) as { provenance: object }
  writeFileSync(file, JSON.stringify({ ...record, provenance: { ...record.provenance, ...changes } }))
}

function expectTrouble(run: Run, code: string): void {
  expect(run.stderr).toMatch(new RegExp(`^error ${code}: [^\n]+\n$`))
  expect(run).toMatchObject({ code: 2, stdout: '' })
}

const cells = [
  { n: 1, code: 'const a = 1' },
  { n: 3, code: 'await db.set("a", a)\n' },
]

describe('info', () => {
  it('prints every member that a person wants, once', async () => {
    await store({ a: { tags: ['first'], attributes: { cell: 7, of: { n: 1 } }, note: 'looks fine' } })
    rewrite('a', {
      git: {
        commit: 'c'.repeat(40),
        branch: 'main',
        dirty: true,
        remote: 'https://x/y',
        checkedAt: '2026-01-02T03:04:05.000Z',
      },
      host: { name: 'rig', platform: 'linux', arch: 'x64', user: 'ada' },
      script: { path: '/home/ada/run.ts', sha256: 'e'.repeat(64) },
      modules: { zod: '4.0.0', 'apache-arrow': '21.2.0' },
      history: { kind: 'notebook', source: 'preload-hook', complete: true, cells },
      annotated: '2026-02-03T04:05:06.000Z',
    })
    const { stdout, stderr } = cli(['info', db, 'a'])
    expect(stderr).toBe('')
    for (const line of [
      /^key +a$/m,
      /^dumper +json$/m,
      /^loader +data_base\..*just_create_folder$/m,
      /^written +20\d\d-/m,
      /^tags +first$/m,
      /^attribute +cell = 7$/m,
      /^attribute +of = \{"n":1\}$/m,
      /^note +looks fine$/m,
      /^annotated +2026-02-03T04:05:06.000Z$/m,
      /^commit +c{40} \(with uncommitted changes, checked 2026-01-02T03:04:05.000Z\)$/m,
      /^branch +main$/m,
      /^remote +https:\/\/x\/y$/m,
      /^host +rig linux x64$/m,
      /^user +ada$/m,
      /^runtime +node /m,
      /^dirdict +\d/m,
      /^script +\/home\/ada\/run\.ts$/m,
      /^sha256 +e{64}$/m,
      /^code +notebook, seen by preload-hook, 2 cells, complete \(--code prints it\)$/m,
      /^modules +2 recorded$/m,
      /^file +value\.json {2}1 bytes {2}crc32 [0-9a-f]{8}$/m,
      /^path +\/.*\/db\/a$/m,
    ]) {
      expect(stdout).toMatch(line)
    }
    expect(stdout).not.toContain('zod')
    expect(cli(['info', db, 'a', '--modules']).stdout).toMatch(
      /^module +apache-arrow@21\.2\.0\nmodule +zod@4\.0\.0$/m,
    )
    expect(cliJson('info', db, 'a')).toMatchObject({ modules: { zod: '4.0.0' }, history: { cells } })
  })

  it('--code prints the cells under comment lines, and says whether they are all', async () => {
    await store({ a: {}, b: {} })
    const history = { kind: 'notebook', source: 'hook', complete: false, cells }
    rewrite('a', { history })
    expect(cli(['info', db, 'a', '--code']).stdout).toBe(
      '// notebook, seen by hook, 2 cells, not complete\n// cell 1\nconst a = 1\n// cell 3\nawait db.set("a", a)\n',
    )
    expect(cliJson('info', db, 'a', '--code')).toEqual(history)
    rewrite('b', { history: null })
    expectError(cli(['info', db, 'b', '--code']), 'OPTION_INVALID')
    expectError(cli(['info', db, '--code']), 'OPTION_INVALID')
  })

  it('--code keeps the lines of files from Windows, which run again', async () => {
    await store({ a: {} })
    const crlf = [{ n: null, code: 'let a = 1\r\na += 1\r\n' }]
    rewrite('a', { history: { kind: 'script', source: 'script', complete: true, cells: crlf } })
    expect(cli(['info', db, 'a', '--code']).stdout).toBe('// script, 1 cell, complete\nlet a = 1\na += 1\n')
  })

  it('nothing in a record steers the terminal', async () => {
    const evil = 'x\u001b[2J\u009b31m\u202e'
    await store({ a: { tags: [evil], attributes: { [evil]: evil }, note: evil } })
    const history = {
      kind: 'repl',
      source: 'repl',
      complete: true,
      cells: [{ n: null, code: `a\tb\n${evil}` }],
    }
    rewrite('a', { history, script: { path: evil, sha256: evil }, modules: { [evil]: evil } })
    for (const args of [['--modules'], ['--code'], ['--json'], ['--code', '--json']]) {
      const { stdout } = cli(['info', db, 'a', ...args])
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/)
    }
    expect(cli(['info', db, 'a', '--code']).stdout).toContain('a\tb\nx\\u001b[2J')
  })
})

describe('find', () => {
  beforeEach(async () => {
    await store({
      'runs/a': {
        tags: ['raw', 'x'],
        attributes: { gamma: 0.5, animal: { id: 3, sex: 'f' }, name: 'one two' },
      },
      'runs/b': { tags: ['raw'], attributes: { gamma: 1.5, animal: { id: 9 } } },
    })
    await store({ c: {} }, 'x'.repeat(3000))
    const host = { name: 'rig', platform: 'linux', arch: 'x64', user: 'ada' }
    const git = { commit: `ab12${'0'.repeat(36)}`, branch: 'main', remote: null, checkedAt: null }
    rewrite('runs/db/a', {
      git: { ...git, dirty: false },
      host,
      time: '2026-01-01T00:00:00.000Z',
      modules: { zarrita: '0.5.1' },
    })
    rewrite('runs/db/b', {
      git: { ...git, dirty: true },
      time: '2026-03-01T00:00:00.000Z',
      modules: { '@x/zod': '4.10.0' },
    })
  })

  const keys = (...args: string[]): string[] => {
    const found = JSON.parse(cli(['find', db, ...args, '--json']).stdout) as { key: string }[]
    return found.map(({ key }) => key)
  }

  it.each<[string[], string[]]>([
    [['--dumper', 'subdb'], ['runs']],
    [
      ['--tag', 'raw'],
      ['runs/a', 'runs/b'],
    ],
    [['--tag', 'raw', '--tag', 'x'], ['runs/a']],
    [['--attribute', 'gamma=0.5'], ['runs/a']],
    [['--attribute', 'gamma>0.5'], ['runs/b']],
    [['--attribute', 'gamma>=0.5', '--attribute', 'gamma<1'], ['runs/a']],
    [['--attribute', 'gamma!=0.5'], ['runs/b']],
    [['--attribute', 'animal.id<=3'], ['runs/a']],
    [['--attribute', 'animal.sex=f'], ['runs/a']],
    [['--attribute', 'name=one two'], ['runs/a']],
    [['--attribute', 'animal={"id":9}'], ['runs/b']],
    [
      ['--commit', 'ab12'],
      ['runs/a', 'runs/b'],
    ],
    [['--branch', 'main', '--dirty'], ['runs/b']],
    [['--clean', '--commit', 'ab12'], ['runs/a']],
    [['--host', 'rig'], ['runs/a']],
    [['--user', 'ada'], ['runs/a']],
    [['--since', '2026-01-01', '--until', '2026-02-01'], ['runs/a']],
    [['--module', 'zarrita'], ['runs/a']],
    [['--module', 'zarrita@0.5.1'], ['runs/a']],
    [['--module', '@x/zod@>=4.9'], ['runs/b']],
    [['--larger', '2k'], ['c']],
    [['--smaller', '2', '--tag', 'x'], ['runs/a']],
    [
      ['--key', 'runs/*'],
      ['runs/a', 'runs/b'],
    ],
    [['--key', 'runs/*', '--sort', '-time', '--limit', '1'], ['runs/b']],
  ])('%j finds %j', (args, expected) => {
    expect(keys(...args)).toEqual(expected)
  })

  it.each([
    [['--attribute', 'gamma>0', '--attribute', 'gamma>1']],
    [['--attribute', 'gamma!=0.5', '--attribute', 'gamma!=1.5']],
    [['--module', 'zarrita@>=0.5', '--module', 'zarrita@>=0.6']],
    [['--attribute', 'gamma==0.5']],
    [['--attribute', 'gamma=>0.5']],
    [['--attribute', 'gamma=0.5', '--attribute', 'gamma.eq=1']],
    [['--attribute', 'gamma=0.5', '--attribute', 'gamma.id=1']],
  ])('%j is refused, not taken for something else', args => {
    expectTrouble(cli(['find', db, ...args]), 'OPTION_INVALID')
  })

  it('takes several comparisons of one module, and the same one twice', () => {
    expect(keys('--module', 'zarrita@>=0.5', '--module', 'zarrita@<0.5.1', '--module', 'zarrita')).toEqual([])
    expect(keys('--module', 'zarrita@<0.6', '--module', 'zarrita@>=0.5')).toEqual(['runs/a'])
    expect(keys('--attribute', 'gamma=0.5', '--attribute', 'gamma = 0.5')).toEqual(['runs/a'])
  })

  it('prints a line for each key: key, dumper, size, time, commit', () => {
    const { stdout, code } = cli(['find', db, '--tag', 'raw'])
    expect(code).toBe(0)
    expect(stdout).toBe(
      'runs/a  json  1 B  2026-01-01 00:00:00  ab1200000000\nruns/b  json  1 B  2026-03-01 00:00:00  ab1200000000+\n',
    )
  })

  it('exits with 1 where nothing is found, with 2 where there is trouble', () => {
    expect(cli(['find', db, '--tag', 'none'])).toMatchObject({ code: 1, stdout: '', stderr: '' })
    expect(cli(['find', db, '--help']).code).toBe(0)
    expectTrouble(cli(['find', 'nowhere']), 'NOT_A_DATABASE')
    expectTrouble(cli(['find', db, '--tags', 'x']), 'OPTION_INVALID')
    for (const args of [
      ['--attribute', 'gamma'],
      ['--attribute', '=1'],
      ['--larger', 'big'],
      ['--sort', 'size'],
      ['--limit', '-1'],
      ['--since', 'yesterday'],
      ['--commit', 'ab'],
      ['--dirty', '--clean'],
      ['--module', 'zarrita@'],
    ])
      expectTrouble(cli(['find', db, ...args]), 'OPTION_INVALID')
  })

  it('escapes what it prints', () => {
    mkdirSync(path(db, 'evil\u001b[2J'))
    expect(cli(['find', db, '--key', 'evil*']).stdout).toContain('evil\\u001b[2J')
  })
})

describe('annotate', () => {
  it('adds, replaces and removes, and leaves the data alone', async () => {
    await store({ a: { tags: ['old', 'raw'], attributes: { cell: 7, gone: true }, note: 'before' } })
    const before = readFileSync(path(db, 'a', 'value.json'), 'utf8')
    const args = [
      '--tag',
      'new',
      '--tag',
      'old',
      '--untag',
      'raw',
      '--attribute',
      'cell=8',
      '--attribute',
      'of={"n":[1]}',
    ]
    const texts = ['--attribute', 'text=a=b', '--remove-attribute', 'gone', '--note', 'after']
    expect(cliJson('annotate', db, 'a', ...args, ...texts)).toEqual({
      key: 'a',
      tags: ['old', 'new'],
      attributes: { cell: 8, of: { n: [1] }, text: 'a=b' },
      note: 'after',
    })
    expect(cliJson('info', db, 'a')).toMatchObject({ note: 'after', annotated: expect.any(String) })
    expect(readFileSync(path(db, 'a', 'value.json'), 'utf8')).toBe(before)
    expect(cli(['annotate', db, 'a', '--no-note'])).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(cliJson('info', db, 'a')).toMatchObject({ note: null, tags: ['old', 'new'] })
  })

  it('takes spaces beside the sign as find does', async () => {
    await store({ a: {} })
    cli(['annotate', db, 'a', '--attribute', 'cell = 7', '--attribute', 'sex = f'])
    expect(cliJson('info', db, 'a')).toMatchObject({ attributes: { cell: 7, sex: 'f' } })
    expect(cli(['find', db, '--attribute', 'cell = 7', '--attribute', 'sex=f']).code).toBe(0)
    expectError(cli(['annotate', db, 'a', '--attribute', ' = 7']), 'OPTION_INVALID')
  })

  it('refuses what makes no sense, and makes nothing', async () => {
    await store({ a: {} })
    expectError(cli(['annotate', db, 'a']), 'OPTION_INVALID')
    expectError(cli(['annotate', db, 'a', '--attribute', 'cell']), 'OPTION_INVALID')
    expectError(cli(['annotate', db, 'a', '--attribute', 'n=12345678901234567890']), 'VALUE_REJECTED')
    expectError(cli(['annotate', db, 'b', '--tag', 'x']), 'KEY_NOT_FOUND')
    expectError(cli(['annotate', 'nowhere', 'a', '--tag', 'x']), 'NOT_A_DATABASE')
  })
})

describe('a real repository', () => {
  it('info and find know the commit that made a value', async () => {
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        cwd: path(),
        encoding: 'utf8',
      })
    git('init', '-q', '-b', 'work')
    writeFileSync(path('run.ts'), '1')
    git('add', 'run.ts')
    git('commit', '-qm', 'first')
    await store({ a: {} })
    const commit = git('rev-parse', 'HEAD').trim()
    expect(cli(['info', db, 'a']).stdout).toContain(commit)
    expect(cliJson('find', db, '--commit', commit.slice(0, 8), '--branch', 'work')).toMatchObject([
      { key: 'a' },
    ])
  })
})
