/**
 * The history of notebooks, in real kernels: tslab with the kernel that `dirdict kernel install` adds and with its
 * own, Deno, and one that tells nothing.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CodeHistory, DataBase } from '../../src/index.js'
import { LIBRARY } from './history-runs.js'
import { addKernel, JUPYTER, surroundings, whatIsAbsent, writeNotebook } from './jupyter.js'
import { CLI } from './shell.js'
import { run, runWell, temporaryFolder } from './tarball.js'

const folder = temporaryFolder()
const checkout = fileURLToPath(new URL('../..', import.meta.url))
const environment = surroundings(folder, folder)
const absent = whatIsAbsent()
const denoAbsent = absent ?? installed('deno@2.9.6')
const tslabAbsent = absent ?? installed('tslab@1.0.22')

beforeAll(() => {
  if (absent !== undefined) return
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(checkout, join(folder, 'node_modules/dirdict'))
  symlinkSync(join(checkout, 'node_modules/@types'), join(folder, 'node_modules/@types'))
  addKernel(folder, 'plain', [
    join(folder, 'tslab/node_modules/.bin/tslab'),
    'kernel',
    '--config-path',
    '{connection_file}',
  ])
  addKernel(folder, 'deno', [
    join(folder, 'deno/node_modules/.bin/deno'),
    'jupyter',
    '--kernel',
    '--conn',
    '{connection_file}',
  ])
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const CELLS = [
  `import { DataBase } from 'dirdict'\nconst first: number = 1`,
  `const db = await DataBase.open('study')`,
  `await db.set('a', first)`,
  `let wrong: string = 5`,
  `await db.set('b', 2)`,
]
const numbered = (cells: readonly string[], from = 1): unknown =>
  cells.map((code, i) => ({ n: i + from, code }))

describe.skipIf(tslabAbsent !== undefined)(`tslab${reason(tslabAbsent)}`, () => {
  beforeAll(() => {
    const tslab = join(folder, 'tslab/node_modules/.bin/tslab')
    runWell(folder, process.execPath, [CLI, 'kernel', 'install', '--prefix', folder, '--tslab', tslab])
  })

  it('with the kernel of `dirdict kernel install`, the history is all cells, in order', {
    timeout: 120_000,
  }, async () => {
    const cells = [...CELLS.slice(0, 3), `await db.set('b', 2)`]
    convert('dirdict-tslab', cells)
    expect(await historyOf('a')).toEqual({
      kind: 'notebook',
      source: 'preload-hook',
      complete: true,
      cells: numbered(cells.slice(0, 3)),
    })
    expect(await historyOf('b')).toMatchObject({ complete: true, cells: numbered(cells) })
  })

  it('cells that fail ran too, and what cells start knows nothing of the hook', {
    timeout: 120_000,
  }, async () => {
    const ask = `import { execFileSync } from 'child_process'
const inner = execFileSync('node', ['-p', 'process.env.NODE_OPTIONS']).toString()
console.log(process.env.NODE_OPTIONS, inner)`
    const said = execute('dirdict-tslab', [...CELLS, ask], 0.5, { NODE_OPTIONS: '--max-old-space-size=1999' })
    expect(await historyOf('b')).toMatchObject({ complete: true, cells: numbered(CELLS) })
    expect(said.at(-1)).toBe('--max-old-space-size=1999 --max-old-space-size=1999\n\n')
  })

  it('with its own kernel, later cells are seen, and the history says that it is partial', {
    timeout: 120_000,
  }, async () => {
    execute('plain', CELLS, 0.5)
    expect(await historyOf('a')).toEqual({ kind: 'notebook', source: 'hook', complete: false, cells: [] })
    expect(await historyOf('b')).toEqual({
      kind: 'notebook',
      source: 'hook',
      complete: false,
      cells: numbered(CELLS.slice(3), 4),
    })
  })
})

describe.skipIf(denoAbsent !== undefined)(`Deno${reason(denoAbsent)}`, () => {
  it('later cells are seen, and the history says that it is partial', { timeout: 120_000 }, async () => {
    const cells = [
      `import { DataBase } from '${LIBRARY}'\nconst db = await DataBase.open('${folder}/study')\nawait db.set('a', 1)`,
      'const second: number = 2',
      `throw new Error('third')`,
      `await new Promise(done => setTimeout(done, 100))\nawait db.set('b', second)`,
    ]
    execute('deno', cells, 0.8)
    expect(await historyOf('a')).toMatchObject({ kind: 'notebook', source: 'iopub', complete: false })
    expect(await historyOf('b')).toEqual({
      kind: 'notebook',
      source: 'iopub',
      complete: false,
      cells: numbered(cells.slice(1), 2),
    })
  })

  it('a script is a script', async () => {
    const text = `import { DataBase } from '${LIBRARY}'
const db = await DataBase.open('${folder}/study')
await db.set('c', 1)
await db.close()
`
    writeFileSync(join(folder, 'run.mjs'), text)
    runWell(folder, join(folder, 'deno/node_modules/.bin/deno'), ['run', '-A', '--no-config', 'run.mjs'])
    expect(await historyOf('c')).toMatchObject({ kind: 'script', source: 'script', cells: [{ code: text }] })
  })
})

describe('a kernel that tells nothing', () => {
  it('the cells of the file are a last resort, and partial', async () => {
    const program = join(folder, 'node_modules/some-kernel/index.mjs')
    mkdirSync(join(program, '..'), { recursive: true })
    writeFileSync(
      program,
      `import { DataBase } from '${LIBRARY}'\nconst db = await DataBase.open('${folder}/last')\nawait db.set('a', 1)\nawait db.close()\n`,
    )
    const notebook = join(folder, 'some.ipynb')
    writeNotebook(notebook, 'some', ['const one = 1', `await db.set('a', one)`])
    runWell(folder, process.execPath, [program], { JPY_SESSION_NAME: notebook })
    expect(await historyOf('a', 'last')).toEqual({
      kind: 'notebook',
      source: 'notebook-file',
      complete: false,
      cells: [
        { n: null, code: 'const one = 1' },
        { n: null, code: `await db.set('a', one)` },
      ],
    })
  })
})

/** Installs a package into a folder of its own; says why it cannot be had. Compiling zeromq is not needed. */
function installed(packed: string): string | undefined {
  const [name = ''] = packed.split('@')
  mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, name, 'package.json'), '{"private": true}')
  const scripts = name === 'tslab' ? ['--ignore-scripts'] : []
  const { status } = run(join(folder, name), 'npm', [
    'install',
    '--no-audit',
    '--no-fund',
    ...scripts,
    packed,
  ])
  return status === 0 ? undefined : `npm install ${packed} fails`
}

function reason(why: string | undefined): string {
  return why === undefined ? '' : ` (skipped: ${why})`
}

function convert(kernel: string, cells: readonly string[]): void {
  rmSync(join(folder, 'study'), { recursive: true, force: true })
  writeNotebook(join(folder, 'study.ipynb'), kernel, cells)
  const args = ['nbconvert', '--to', 'notebook', '--execute', 'study.ipynb', '--output', 'study.out.ipynb']
  runWell(folder, JUPYTER, args, environment)
}

/** What each cell wrote. */
function execute(kernel: string, cells: readonly string[], pause: number, more = {}): string[] {
  rmSync(join(folder, 'study'), { recursive: true, force: true })
  const script = join(checkout, 'test/e2e/history-kernel.py')
  const { stdout, stderr } = spawnSync('/usr/bin/python3', [script, kernel, String(pause)], {
    cwd: folder,
    input: JSON.stringify(cells),
    encoding: 'utf8',
    env: { ...process.env, ...environment, ...more },
    timeout: 100_000,
  })
  if (!stdout.startsWith('[')) throw new Error(stderr)
  return JSON.parse(stdout)
}

async function historyOf(key: string, name = 'study'): Promise<CodeHistory | null> {
  const db = await DataBase.open(join(folder, name), { readonly: true })
  const { history } = await db.metadata(key)
  await db.close()
  return history
}
