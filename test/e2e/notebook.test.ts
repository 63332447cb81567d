/**
 * The package in a TypeScript notebook: tslab, which resolves types the old way, compiles with TypeScript 5.0.4 and
 * turns imports into `require`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { JUPYTER, surroundings, whatIsAbsent, writeNotebook } from './jupyter.js'
import { pack, runWell, temporaryFolder } from './tarball.js'

interface Notebook {
  readonly cells: readonly {
    readonly outputs: readonly { readonly name?: string; readonly text?: readonly string[] }[]
  }[]
}

const folder = temporaryFolder()
const project = join(folder, 'project')
/** The kernel needs the system's Python: another one, first in the path, may have no Jupyter. */
const environment = surroundings(folder, project)
const absent = whatIsAbsent()

beforeAll(() => {
  if (absent !== undefined) return
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'study', private: true }))
  // Compiling zeromq is not needed: it comes with binaries.
  runWell(project, 'npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    pack(folder),
    'tslab@1.0.22',
  ])
  const tslab = join(project, 'node_modules/.bin/tslab')
  runWell(project, tslab, [
    'install',
    '--python=/usr/bin/python3',
    `--binary=${tslab}`,
    `--prefix=${project}`,
  ])
}, 300_000)

beforeEach(({ skip }) => skip(absent !== undefined, absent))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('cells store and load arrays, values and nested databases', { timeout: 120_000 }, () => {
  const { outputs, log } = execute('study', [
    `import { array, DataBase, ndarray } from 'dirdict'
import { text } from 'dirdict/dumpers'
import { dataframe } from 'dirdict/dumpers/dataframe'`,
    `const db = await DataBase.open('study')
await db.set('trace', array([1, 2, 3, 4], [2, 2]), ndarray, { tags: ['raw'] })
await db.set('settings', { cells: 7 })
await db.set('cells', [{ cell: 1 }, { cell: 2 }], dataframe)`,
    `const trace = await db.get('trace', ndarray, { rows: [1, 2] })
const shape: readonly number[] = trace.shape
console.log(shape, trace.data)
console.log(await db.get('settings'))
console.log((await db.get('cells', dataframe)).numRows)`,
    `const inner = await db.sub('inner', { create: true })
await inner.set('words', 'of text', text)
const words: string = await db.get('inner/words', text)
console.log(words, await db.keys({ recurse: true }))`,
    'db',
    `const { git, runtime } = await db.metadata('trace')
console.log(git, runtime?.name)`,
  ])
  expect(outputs, log).toEqual([
    '',
    '',
    '[ 1, 2 ] Float64Array(2) [ 3, 4 ]\n{ cells: 7 }\n2\n',
    "of text [ 'cells', 'inner', 'inner/words', 'settings', 'trace' ]\n",
    expect.stringMatching(/study[\s\S]*cells[\s\S]*inner[\s\S]*settings[\s\S]*trace/),
    'null node\n',
  ])
})

it.each([
  ['a wrong option', `await db.get('x', ndarray, { row: [0, 1] })`, /'row' does not exist/],
  ['a wrong value', `await db.set('x', 'words', ndarray)`, /'string' is not assignable/],
  [
    'a wrong result',
    `const x: string = await db.get('x', ndarray)`,
    /'NDArray<NDArrayData, DType>' is not assignable/,
  ],
  ['a value that is not typed', `const x = await db.get('x')\nx.shape`, /unknown/],
])('%s is a compile error of the cell', { timeout: 120_000 }, (what, statement, message) => {
  const { log } = execute(what.replaceAll(' ', '-'), [
    `import { DataBase, ndarray } from 'dirdict'
const db = await DataBase.open('errors')
await db.set('x', new Float64Array(3))`,
    `console.log('before')
${statement}`,
  ])
  expect(log).toMatch(message)
  expect(log).not.toContain('before')
})

/** Runs the cells in a new kernel. `outputs`: what each wrote to stdout; `log`: all that was written to stderr. */
function execute(name: string, cells: readonly string[]): { outputs: string[]; log: string } {
  writeNotebook(join(project, `${name}.ipynb`), 'tslab', cells)
  const args = ['nbconvert', '--to', 'notebook', '--allow-errors', '--execute', `${name}.ipynb`]
  const printed = runWell(project, JUPYTER, [...args, '--output', `${name}.out.ipynb`], environment)
  const done = JSON.parse(readFileSync(join(project, `${name}.out.ipynb`), 'utf8')) as Notebook
  const stream = (wanted: string): string[] =>
    done.cells.map(cell =>
      cell.outputs.flatMap(output => (output.name === wanted ? (output.text ?? []) : [])).join(''),
    )
  return { outputs: stream('stdout'), log: `${stream('stderr').join('')}${printed}` }
}
