/** The history of scripts, of code on the command line and of standard input, and where it lies on disk. */
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DataBase } from '../../src/index.js'
import { KEYS, NAMED, TOKENS } from '../unit/history/samples.js'
import { OPEN, useFolder } from './history-runs.js'

const folder = useFolder()
const SET = `${OPEN}await db.set('a', 1)\n`

describe('a script', () => {
  it('outside of a repository is kept with its text', async () => {
    folder.node([folder.file('run.mjs', SET)])
    expect(await folder.history('a')).toEqual({
      kind: 'script',
      source: 'script',
      complete: true,
      cells: [{ n: 1, code: SET }],
    })
  })

  it('that is committed is told by the commit; with changes it is kept', async () => {
    folder.git('init', '--quiet')
    const script = folder.file('run.mjs', SET)
    folder.file('.gitignore', 'study\n')
    folder.git('add', '.')
    folder.git('commit', '--quiet', '--message', 'first')
    folder.node([script])
    expect(await folder.history('a')).toBeNull()
    folder.file('run.mjs', `${SET}// changed\n`)
    folder.node([script])
    expect((await folder.history('a'))?.cells).toEqual([{ n: 1, code: `${SET}// changed\n` }])
  })

  it('that lies outside is kept although the working directory is a clean repository', async () => {
    folder.file('repository/README', 'x')
    folder.git('init', '--quiet', 'repository')
    folder.git('-C', 'repository', 'add', '.')
    folder.git('-C', 'repository', 'commit', '--quiet', '--message', 'first')
    const script = folder.file('elsewhere/run.mjs', `process.chdir('..')\n${SET}`)
    folder.file('repository/start.mjs', '')
    folder.node([
      '--import',
      `data:text/javascript,process.chdir(${JSON.stringify(folder.path('repository'))})`,
      script,
    ])
    expect((await folder.history('a'))?.source).toBe('script')
  })

  it('whose file is younger than the process is partial, and later edits are not taken for what runs', async () => {
    const script = folder.file(
      'run.mjs',
      `import { writeFileSync } from 'node:fs'\n${OPEN}
await db.set('a', 1)
writeFileSync(import.meta.filename, '// another text')
await db.set('b', 1)
`,
    )
    const text = readFileSync(script, 'utf8')
    folder.node([script])
    expect(await folder.history('a')).toMatchObject({ complete: true, cells: [{ code: text }] })
    expect(await folder.history('b')).toMatchObject({ complete: true, cells: [{ code: text }] })
    writeFileSync(script, text)
    const later = new Date(Date.now() + 3_600_000)
    utimesSync(script, later, later)
    folder.node([script])
    expect(await folder.history('a')).toMatchObject({ complete: false })
  })

  it('whose file was replaced by an older one is partial', async () => {
    const older = folder.file('older.mjs', '// another text\n')
    utimesSync(older, new Date(0), new Date(0))
    folder.node([
      folder.file(
        'run.mjs',
        `import { renameSync } from 'node:fs'\nrenameSync('older.mjs', import.meta.filename)\n${SET}`,
      ),
    ])
    expect(await folder.history('a')).toMatchObject({
      complete: false,
      cells: [{ code: '// another text\n' }],
    })
  })

  it('whose file was changed and committed while it runs is kept: the commit has another text', async () => {
    folder.git('init', '--quiet')
    const script = folder.file(
      'run.mjs',
      `import { writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
${SET}writeFileSync(import.meta.filename, '// another text')
execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-qam', 'second'])
await db.set('b', 1)
`,
    )
    folder.file('.gitignore', 'study\n')
    folder.git('add', '.')
    folder.git('commit', '--quiet', '--message', 'first')
    const text = readFileSync(script, 'utf8')
    folder.node([script])
    expect(await folder.history('a')).toBeNull()
    expect(await folder.history('b')).toMatchObject({ complete: true, cells: [{ code: text }] })
  })

  it('that is very long is cut after a line, and partial', async () => {
    const line = `// ${'x'.repeat(96)}\n`
    folder.node([folder.file('run.mjs', SET + line.repeat(4000))])
    const history = await folder.history('a')
    const code = history?.cells[0]?.code ?? ''
    expect(history?.complete).toBe(false)
    expect(code.length).toBeLessThanOrEqual(256 * 1024)
    expect(code.length).toBeGreaterThan(256 * 1024 - 100)
    expect((SET + line.repeat(4000)).startsWith(code) && code.endsWith('x\n')).toBe(true)
  })
})

describe('code without a file', () => {
  const call = `import('${OPEN.split("'")[1]}').then(async ({ DataBase }) => (await DataBase.open('study')).set('a', 1))`

  it.each([
    ['-e', ['-e', call], '', 'eval', call],
    ['-p', ['-p', call], '', 'eval', call],
    ['--eval as a module', ['--input-type=module', `--eval=${SET}`], '', 'eval', SET],
    ['standard input', [], call, 'stdin', call],
    ['-', ['-', 'argument'], call, 'stdin', call],
    ['standard input as a module', ['--input-type=module'], SET, 'stdin', SET],
  ])('%s is kept in full', async (_how, args, input, kind, code) => {
    folder.node(args, input)
    const history = await folder.history('a')
    expect(history).toMatchObject({ kind, source: kind, complete: true })
    expect(history?.cells.map(cell => cell.code.trimEnd())).toEqual([code.trimEnd()])
  })
})

describe('a worker thread', () => {
  it('that was given a text has this text, which is no standard input', async () => {
    const call = `import('${OPEN.split("'")[1]}').then(async ({ DataBase }) => (await DataBase.open('study')).set('a', 1))`
    folder.node([
      folder.file(
        'run.mjs',
        `import { Worker } from 'node:worker_threads'\nnew Worker(${JSON.stringify(call)}, { eval: true })\n`,
      ),
    ])
    expect(await folder.history('a')).toMatchObject({ kind: 'eval', complete: true, cells: [{ code: call }] })
  })
})

describe('on disk', () => {
  it("metadata.json has ISF's string, a short history is part of dirdict.json", () => {
    folder.node([folder.file('run.mjs', SET)])
    expect(JSON.parse(readFileSync(folder.path('study/a/metadata.json'), 'utf8')).history).toBe(SET)
    expect(readdirSync(folder.path('study/a'))).not.toContain('dirdict.history.json')
  })

  it('history: false leaves it out, of one value and of a database', async () => {
    const text = `${OPEN}await db.set('a', 1, { history: false })
const other = await DataBase.open('study', { history: false })
await other.set('b', 1)
await db.set('c', 1)
// ${'long '.repeat(400)}
`
    folder.node([folder.file('run.mjs', text)])
    for (const key of ['a', 'b']) {
      expect(await folder.history(key)).toBeNull()
      expect(readdirSync(folder.path('study', key))).not.toContain('dirdict.history.json')
      expect(JSON.parse(readFileSync(folder.path('study', key, 'metadata.json'), 'utf8')).history).toBeNull()
      expect(contents(folder.path('study', key))).not.toContain('long long')
    }
    expect((await folder.history('c'))?.cells[0]?.code).toBe(text)
  })

  it('a long one has its own file, which follows the key, is verified, and is not read with the value', async () => {
    const text = `${SET}// ${'long '.repeat(400)}\n`
    folder.node([folder.file('run.mjs', text)])
    const db = await DataBase.open(folder.path('study'))
    const other = await DataBase.open(folder.path('other'))
    await db.copy('a', other, 'copied')
    await db.rename('a', 'renamed')
    const long = { complete: true, cells: [{ code: text }] }
    expect((await db.metadata('renamed')).history).toMatchObject(long)
    expect((await other.metadata('copied')).history).toMatchObject(long)
    expect((await db.verify()).problems).toEqual([])
    for (const damage of ['{"kind": "scr', '{}', '']) {
      writeFileSync(folder.path('study/renamed/dirdict.history.json'), damage)
      expect((await db.verify()).problems).toMatchObject([{ key: 'renamed', code: 'CORRUPT_ENTRY' }])
      expect(await db.get('renamed')).toBe(1)
    }
    await Promise.all([db.close(), other.close()])
  })

  it('no secret of a script that has stored a value', async () => {
    const secrets = [...TOKENS, ...KEYS, ...NAMED]
    expect(secrets.length).toBeGreaterThan(40)
    const body = secrets.map(([, , code]) => `/* ${code} */`).join('\n')
    folder.node([folder.file('run.mjs', `${SET}// no secret\n${body}\n`)])
    const found = contents(folder.path('study'))
    expect(found).toContain('// no secret')
    expect(secrets.filter(([, secret]) => found.includes(secret)).map(([what]) => what)).toEqual([])
  })

  it('no secret that the limit of length cuts in two', async () => {
    const [, secret = ''] = TOKENS[3] ?? []
    const line = `// ${'x'.repeat(96)}\n`
    const filled = SET + line.repeat(Math.ceil((256 * 1024 - SET.length) / line.length) - 2)
    const shift = 256 * 1024 - filled.length - 20
    folder.node([folder.file('run.mjs', `${filled}//${'y'.repeat(shift)} ${secret}\n${line.repeat(9)}`)])
    expect(contents(folder.path('study'))).not.toContain(secret.slice(0, 16))
    expect((await folder.history('a'))?.complete).toBe(false)
  })
})

/** The text of all files below a directory. */
function contents(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n')
}
