/** The history of Node's REPL in a real pseudo-terminal, and without one. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, it } from 'vitest'
import { LIBRARY, useFolder } from './history-runs.js'

const folder = useFolder()
const PROMPT = String.raw`\n(\x1b.*J)?> (\x1b\[3G)?$`
const MORE = String.raw`\n.*(\.\.\.|\|) (\x1b\[\d+G)?$`
const LINE = String.raw`\n`
const IMPORT = `const { DataBase } = await import('${LIBRARY}')`
const OPEN = `const db = await DataBase.open('study')`

const python = spawnSync('python3', ['-c', 'import pty']).status === 0
beforeEach(({ skip }) => skip(!python, 'python3, which makes the pseudo-terminal, is not installed'))

/** Types lines into a REPL; a pair of texts is a line and what to wait for. A tabulator ends what is no line yet. */
function type(lines: readonly (string | readonly [string, string])[], environment = {}): string {
  const all = lines.map(line => {
    const [text, answer] = typeof line === 'string' ? [line, PROMPT] : line
    return [text.endsWith('\t') ? text : `${text}\r`, answer]
  })
  const { stdout, stderr } = spawnSync(
    'python3',
    [fileURLToPath(new URL('history-terminal.py', import.meta.url))],
    {
      cwd: folder.path(),
      input: JSON.stringify({ command: [process.execPath], lines: all }),
      encoding: 'utf8',
      env: {
        ...process.env,
        TERM: 'xterm',
        NODE_REPL_HISTORY: folder.path('earlier'),
        NO_COLOR: '1',
        ...environment,
      },
      timeout: 50_000,
    },
  )
  return stdout + stderr
}

const codes = (history: { cells: readonly { code: string }[] } | null): string[] | undefined =>
  history?.cells.map(({ code }) => code)

it('every input of this session, the one that stores included, and none of an earlier session', async () => {
  folder.file('earlier', `const fromAnotherDay = 1\n${OPEN}\n`)
  const said = type([
    IMPORT,
    OPEN,
    'let x = 2',
    `await db.set('a', x)`,
    'x = x.no()',
    'x = 3',
    `await db.set('b', x)`,
  ])
  const first = [IMPORT, OPEN, 'let x = 2', `await db.set('a', x)`]
  const history = await folder.history('a')
  expect(history, said).toMatchObject({ kind: 'repl', source: 'repl', complete: true })
  expect(codes(history)).toEqual(first)
  expect(codes(await folder.history('b'))).toEqual([...first, 'x = x.no()', 'x = 3', `await db.set('b', x)`])
  expect((await folder.history('b'))?.complete).toBe(true)
})

it('an input of several lines, before the first value and after', async () => {
  const said = type([
    IMPORT,
    OPEN,
    ['const f = () => {', MORE],
    ['return 4', MORE],
    '}',
    [`await db.set('a',`, MORE],
    'f())',
    ['await db.set(', MORE],
    [`'b',`, MORE],
    'f())',
  ])
  const a = await folder.history('a')
  expect(codes(a)?.join('\n'), said).toBe(
    [IMPORT, OPEN, 'const f = () => {', 'return 4', '}', `await db.set('a',`, 'f())'].join('\n'),
  )
  expect(a?.complete).toBe(true)
  const b = await folder.history('b')
  expect(codes(b)?.at(-1)).toBe(`await db.set(\n'b',\nf())`)
  expect(b?.complete).toBe(true)
})

it('what .load and .editor bring is part of it', async () => {
  folder.file('steps.js', 'const loaded = 5\nconst twice = 2 * loaded\n')
  const said = type([
    IMPORT,
    OPEN,
    '.load steps.js',
    `await db.set('a', twice)`,
    ['.editor', LINE],
    ['const edited = 6', LINE],
    ['await db.set("b", edited)', LINE],
    ['\x04', PROMPT],
  ])
  const a = codes(await folder.history('a'))
  expect(a, said).toEqual(expect.arrayContaining(['const loaded = 5', 'const twice = 2 * loaded']))
  expect(a?.indexOf('const loaded = 5')).toBeLessThan(a?.indexOf(`await db.set('a', twice)`) ?? 0)
  expect(codes(await folder.history('b'))?.at(-1)).toContain('const edited = 6\nawait db.set("b", edited)')
})

it('what threw before the first value is forgotten, and the history says that it is partial', async () => {
  type([IMPORT, OPEN, 'db.no()', `await db.set('a', 1)`, 'db.no()', `await db.set('b', 1)`])
  expect(await folder.history('a')).toMatchObject({ complete: false })
  const b = await folder.history('b')
  expect(codes(b)).toEqual([IMPORT, OPEN, `await db.set('a', 1)`, 'db.no()', `await db.set('b', 1)`])
  expect(b?.complete).toBe(false)
})

it('where the last line has run, or is running for the second time, the history says that it is partial', async () => {
  const later = `setTimeout(() => db.set('a', 1).then(() => console.log('sto' + 'red')), 300).hasRef()`
  const said = type([IMPORT, OPEN, [later, 'stored']])
  expect(await folder.history('a'), said).toMatchObject({ complete: false })
  expect(codes(await folder.history('a'))).toEqual([IMPORT, OPEN, later])
})

it('without line editing, the line that stores first is not known, and the history says so', async () => {
  const said = type([IMPORT, OPEN, `await db.set('a', 1)`, `await db.set('b', 2)`], { NODE_NO_READLINE: '1' })
  const b = await folder.history('b')
  expect(codes(b), said).toEqual([IMPORT, OPEN, `await db.set('b', 2)`])
  expect(b?.complete).toBe(false)
})

it('what threw undefined before the first value is forgotten too, and the history says that it is partial', async () => {
  const said = type([IMPORT, OPEN, 'throw undefined', '1 + 1', `await db.set('a', 1)`])
  expect(await folder.history('a'), said).toMatchObject({ complete: false })
})

it('what completes a name is no input', async () => {
  const said = type([
    IMPORT,
    OPEN,
    `await db.set('a', 1)`,
    ['const made = globalThis.Arr\t', 'ay'],
    '',
    `await db.set('b', 1)`,
  ])
  const b = codes(await folder.history('b'))
  expect(b, said).toHaveLength(5)
  expect(b?.[3]).toMatch(/^const made = globalThis\.Array/)
})

it('no secret that was typed over several lines before the first value', async () => {
  const line = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'
  const said = type([
    IMPORT,
    OPEN,
    [`const key = \`-----BEGIN RSA ${'PRIVATE'} KEY-----`, MORE],
    [line, MORE],
    [line, MORE],
    `-----END RSA ${'PRIVATE'} KEY-----\``,
    `await db.set('a', 1)`,
  ])
  const a = codes(await folder.history('a'))
  expect(a?.at(-1), said).toBe(`await db.set('a', 1)`)
  expect(a?.join('\n')).toContain('[masked]')
  expect(a?.join('\n')).not.toContain(line.slice(0, 16))
})
