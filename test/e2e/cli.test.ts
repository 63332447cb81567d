/**
 * The command `dirdict`: listing, removing, and how the process behaves. Storing and reading values: cli-values.test.ts.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CLI, expectError, useShell } from './shell.js'

const { cli, cliJson, file, path } = useShell()
const db = 'db'

describe('keys', () => {
  it('lists keys, with --recurse those of nested databases, with KEY those of one of them', () => {
    for (const key of ['b', 'a/x', 'a/y/z']) cli(['set', db, key, '--value', '1'])
    expect(cli(['keys', db]).stdout).toBe('a\nb\n')
    expect(cliJson('keys', db)).toEqual(['a', 'b'])
    expect(cliJson('keys', db, '--recurse')).toEqual(['a', 'a/x', 'a/y', 'a/y/z', 'b'])
    expect(cliJson('keys', db, 'a')).toEqual(['a/x', 'a/y'])
  })

  it('fails where there is no database, and makes none', () => {
    for (const command of ['keys', 'tree', 'info']) expectError(cli([command, db]), 'NOT_A_DATABASE')
    expectError(cli(['get', db, 'a']), 'NOT_A_DATABASE')
    expectError(cli(['rm', db, 'a']), 'NOT_A_DATABASE')
    expect(readdirSync(path())).toEqual([])
  })

  it('prints names that cannot steer the terminal', () => {
    cli(['set', db, 'a', '--value', '1'])
    mkdirSync(path(db, 'evil\u001b[2J\u009b31m'))
    for (const command of ['keys', 'tree']) {
      expect(cli([command, db]).stdout).toContain('evil\\u001b[2J\\u009b31m')
      const json = cli([command, db, '--json']).stdout
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(json).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
      expect(json).toContain('evil\\u001b[2J\\u009b31m')
    }
    expect(cli(['get', db, 'no\u001b[2J']).stderr).not.toContain('\u001b')
  })
})

describe('tree', () => {
  it('draws keys with formats; --json nests them', () => {
    cli(['set', db, 'a/x', '--value', '{"n":1}'])
    expect(cli(['tree', db]).stdout).toContain('└── x  json  7 B')
    expect(cliJson('tree', db)).toMatchObject({
      keys: [{ key: 'a', dumper: 'subdb', keys: [{ key: 'a/x', dumper: 'json', bytes: 7 }] }],
    })
    expect(cliJson('tree', db, 'a')).toMatchObject({ keys: [{ key: 'a/x' }] })
    expect(JSON.stringify(cliJson('tree', db, '--depth', '0'))).not.toContain('a/x')
    expectError(cli(['tree', db, '--depth', 'deep']), 'OPTION_INVALID')
  })
})

describe('info', () => {
  it('prints the record of a key', () => {
    cli(['set', db, 'a', '--value', '1', '--tag', 'first', '--tag', 'second'])
    expect(cliJson('info', db, 'a')).toMatchObject({
      key: 'a',
      dumper: 'json',
      tags: ['first', 'second'],
      inferred: false,
      files: [{ name: 'value.json', bytes: 1 }],
    })
    const { stdout } = cli(['info', db, 'a'])
    expect(stdout).toMatch(/^dumper +json$/m)
    expect(stdout).toMatch(/^tags +first second$/m)
  })

  it('without a key, says what the database is', () => {
    cli(['set', db, 'a', '--value', '1'])
    expect(cliJson('info', db)).toMatchObject({ keys: 1, id: expect.any(String) })
  })
})

describe('rm', () => {
  it('removes a key; a missing one is an error unless forced', () => {
    cli(['set', db, 'a', '--value', '1'])
    expect(cliJson('rm', db, 'a')).toEqual({ key: 'a', deleted: true })
    expectError(cli(['rm', db, 'a']), 'KEY_NOT_FOUND')
    expect(cliJson('rm', db, 'a', '--force')).toEqual({ key: 'a', deleted: false })
    expect(cliJson('keys', db)).toEqual([])
  })

  it('removes a nested database only with --recurse', () => {
    cli(['set', db, 'a/b', '--value', '1'])
    expectError(cli(['rm', db, 'a']), 'OPTION_INVALID')
    expect(cliJson('rm', db, 'a', '--recurse')).toEqual({ key: 'a', deleted: true })
  })
})

describe('the process', () => {
  it('prints help and version, and exits with 0', () => {
    expect(cli(['--help']).stdout).toContain('Usage: dirdict')
    expect(cli(['set', '--help'])).toMatchObject({ code: 0, stderr: '' })
    expect(cli(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('ends quietly when the reader of its output goes away', () => {
    cli(['set', db, 'a', '--from', file('a.dat', new Uint8Array(2 ** 22))])
    const command = `"${process.execPath}" "${CLI}" get "${path(db)}" a | head -c 10 >/dev/null; echo "\${PIPESTATUS[0]}"`
    const run = spawnSync('bash', ['-c', command])
    expect(String(run.stderr)).toBe('')
    expect(String(run.stdout)).toBe('0\n')
  })

  it('Ctrl-C while standard input is read: exit code 130, no database', async () => {
    const child = spawn(process.execPath, [CLI, 'set', path(db), 'a', '--from', '-'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    // Read by the child: from here on it listens to signals.
    await new Promise(resolve => child.stdin?.write(new Uint8Array(2 ** 20), resolve))
    expect(await interrupted(child)).toBe(130)
    expect(existsSync(path(db))).toBe(false)
  })

  it('Ctrl-C in the middle of a set: exit code 130, nothing staged, the old value stays', async () => {
    cli(['set', db, 'a', '--value', '"old"'])
    truncateSync(path(file('big.dat', '')), 2 ** 29)
    let code: number | null = null
    // On a fast disk the set may be over before the signal comes; then it is tried again.
    for (let attempt = 0; attempt < 5 && code !== 130; attempt++) {
      const child = spawn(process.execPath, [CLI, 'set', path(db), 'b', '--from', path('big.dat')])
      await untilStaging(child)
      code = await interrupted(child)
      if (code !== 130) cli(['rm', db, 'b'])
    }
    expect(code).toBe(130)
    expect(stagedFiles()).toEqual([])
    expect(cliJson('keys', db)).toEqual(['a'])
    expect(cliJson('get', db, 'a')).toBe('old')
  })
})

async function interrupted(child: ChildProcess): Promise<number | null> {
  child.kill('SIGINT')
  if (child.exitCode !== null) return child.exitCode
  const [code] = await once(child, 'exit')
  return typeof code === 'number' ? code : null
}

/** Resolves when the child has begun to write its file. */
async function untilStaging(child: ChildProcess): Promise<void> {
  while (child.exitCode === null && !stagedFiles().some(size => size > 0)) {
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}

/** Sizes of the data files that are being staged. */
function stagedFiles(): number[] {
  const work = path(db, '.deleting.dirdict', 'work')
  const sizes: number[] = []
  for (const name of existsSync(work) ? readdirSync(work, { recursive: true, encoding: 'utf8' }) : []) {
    const stats = statSync(join(work, name), { throwIfNoEntry: false })
    if (stats?.isFile()) sizes.push(stats.size)
  }
  return sizes
}
