/** What is shown in notebooks is HTML in the output of the cell: in tslab by `show`, in the kernel of Deno by itself too. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { expectSafeHtml } from '../unit/show/hostile.js'
import { addKernel, JUPYTER, surroundings, whatIsAbsent, writeNotebook } from './jupyter.js'
import { pack, run, runWell, temporaryFolder } from './tarball.js'

interface Output {
  readonly name?: string
  readonly text?: readonly string[]
  readonly data?: Readonly<Record<string, readonly string[] | string>>
}

const folder = temporaryFolder()
const project = join(folder, 'project')
const environment = { ...surroundings(folder, project), DENO_DIR: join(folder, 'deno') }
const absent = whatIsAbsent()
/** Why Deno cannot be run, found out in beforeAll. */
let noDeno: string | undefined

beforeAll(() => {
  if (absent !== undefined) return
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'study', private: true }))
  const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts']
  runWell(project, 'npm', [...install, pack(folder), 'tslab@1.0.22'])
  const tslab = join(project, 'node_modules/.bin/tslab')
  const where = ['--python=/usr/bin/python3', `--binary=${tslab}`, `--prefix=${project}`]
  runWell(project, tslab, ['install', ...where])
  noDeno = installDeno(install)
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** As a package like any other; its kernel is described by a file. Why it cannot be had, or undefined. */
function installDeno(install: readonly string[]): string | undefined {
  const deno = join(project, 'node_modules/.bin/deno')
  if (run(project, 'npm', [...install, 'deno@2.9.6']).status !== 0)
    return 'the package deno cannot be installed'
  if (run(project, deno, ['--version'], environment).status !== 0) return 'deno does not run here'
  addKernel(project, 'deno', [deno, 'jupyter', '--kernel', '--conn', '{connection_file}'])
  return undefined
}

const imports = `import { array, DataBase, dataframe, ndarray, show } from 'dirdict'`
const filling = `const db = await DataBase.open('study')
await db.set('trace', array([1, 2, 3, 4], [2, 2]), ndarray, { note: '<script>alert(1)</script>' })
await db.set('cells', [{ cell: '"><img src=x onerror=alert(1)>' }], dataframe)
await db.sub('inner', { create: true })`

/** The pieces of HTML that a cell displays, and of what they have to be. */
function expectShown(pages: readonly string[]): void {
  const [tree = '', trace = '', cells = '', metadata = '', ...more] = pages
  expect(more).toEqual([])
  for (const page of pages) expectSafeHtml(page)
  expect(tree).toMatch(/<details open>.*<code>trace<\/code>.*ndarray · float64 \[2, 2\] · 160 B/)
  expect(tree.match(/<details/g)).toHaveLength(2)
  expect(trace).toMatch(/<strong>NDArray float64 \[2, 2\]<\/strong>.*<table/)
  expect(cells).toContain('onerror=alert(1)&gt;')
  expect(metadata).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
}

describe('tslab', () => {
  beforeEach(({ skip }) => skip(absent !== undefined, absent))

  it('show displays databases, arrays, tables and metadata', { timeout: 120_000 }, () => {
    const { outputs, log } = execute('tslab', [
      imports,
      filling,
      `await show(db)
await show(await db.get('trace'))
await show(await db.get('cells'))
await show(await db.metadata('trace'))`,
      'db',
      `await show({ plain: 1 })`,
    ])
    expect(outputs[2]?.length, log).toBe(4)
    expectShown(htmlOf(outputs[2]))
    expect(printed(outputs[3])).toMatch(/^DataBase .*study \{ cells, inner, trace \}\n$/)
    expect(JSON.stringify(outputs[4])).toContain('{ plain: 1 }')
  })
})

describe('the kernel of Deno', () => {
  beforeEach(({ skip }) => skip(absent !== undefined || noDeno !== undefined, absent ?? noDeno))

  it('show and display give the same', { timeout: 240_000 }, () => {
    const cells = [
      imports,
      filling,
      `await show(db)
await show(await db.get('trace'))
await show(await db.get('cells'))
await show(await db.metadata('trace'))`,
      `await Deno.jupyter.display(db)
await Deno.jupyter.display(await db.get('trace'))
await Deno.jupyter.display(await db.get('cells'))
await Deno.jupyter.display(await db.metadata('trace'))`,
    ]
    const { outputs, log } = executeUntil('deno', cells, run => {
      return run.slice(2).every(output => htmlOf(output).length === 4)
    })
    expect(htmlOf(outputs[2]).length, log).toBe(4)
    expectShown(htmlOf(outputs[2]))
    expect(htmlOf(outputs[3])).toEqual(htmlOf(outputs[2]))
    expect(JSON.stringify(outputs[2])).toContain('"text/plain"')
  })
})

/**
 * Deno may say that a cell is done before it has sent the last of what the cell displays, and nbconvert drops what comes
 * after that: the notebook is run again then, a few times at most.
 */
function executeUntil(
  kernel: string,
  cells: readonly string[],
  isComplete: (outputs: readonly Output[][]) => boolean,
): ReturnType<typeof execute> {
  let run = execute(kernel, cells)
  for (let again = 0; again < 6 && !isComplete(run.outputs); again++) run = execute(kernel, cells)
  return run
}

/** Runs the cells in a new kernel; what each of them gave. */
function execute(kernel: string, cells: readonly string[]): { outputs: readonly Output[][]; log: string } {
  const file = join(project, `${kernel}.ipynb`)
  writeNotebook(file, kernel, cells)
  rmSync(join(project, 'study'), { recursive: true, force: true })
  const args = ['nbconvert', '--to', 'notebook', '--inplace', '--allow-errors', '--execute', file]
  const log = runWell(project, JUPYTER, args, environment)
  const done = JSON.parse(readFileSync(file, 'utf8')) as { cells: { outputs: Output[] }[] }
  const outputs = done.cells.map(cell => cell.outputs)
  return { outputs, log: `${log}\n${JSON.stringify(outputs)}` }
}

function htmlOf(outputs: readonly Output[] = []): string[] {
  return outputs.flatMap(({ data }) => {
    const html = data?.['text/html']
    return html === undefined ? [] : [[html].flat().join('')]
  })
}

function printed(outputs: readonly Output[] = []): string {
  return outputs.flatMap(({ name, text }) => (name === 'stdout' ? (text ?? []) : [])).join('')
}
