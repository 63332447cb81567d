/**
 * The tarball that would be published, installed from the registry into an empty project that is no repository: from
 * TypeScript, from JavaScript, from CommonJS, and on the command line.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { checkout, pack, registryAnswers, run, runWell, temporaryFolder } from './tarball.js'

const folder = temporaryFolder()
const project = join(folder, 'project')
const reachable = registryAnswers()

beforeAll(() => {
  if (!reachable) return
  mkdirSync(project)
  const { version } = JSON.parse(
    readFileSync(join(checkout, 'node_modules/typescript/package.json'), 'utf8'),
  ) as { version: string }
  write('package.json', JSON.stringify({ name: 'study', private: true, type: 'module' }))
  runWell(project, 'npm', ['install', '--no-audit', '--no-fund', pack(folder), `typescript@${version}`])
}, 300_000)

beforeEach(({ skip }) => skip(!reachable, 'the npm registry cannot be reached'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('a TypeScript program compiles and runs', { timeout: 120_000 }, () => {
  write(
    'program.ts',
    `import { array, DataBase, dataframe, isDirdictError, ndarray } from 'dirdict'
import { text } from 'dirdict/dumpers/text'

const db: DataBase = await DataBase.open('typed')
await db.set('x', array([1, 2, 3, 4], [2, 2]), ndarray, { tags: ['raw'] })
const { shape } = await db.get('x', ndarray, { rows: [0, 1] })
await db.set('table', [{ a: 1 }, { a: 2 }], dataframe)
const rows: number = (await db.get('table', dataframe)).numRows
await db.set('nested/words', 'of text', text)
const words: string = await db.get('nested/words', text)
const missing = await db.get('y').catch((error: unknown) => isDirdictError(error, 'KEY_NOT_FOUND'))
const { git } = await db.metadata('x')
console.log(JSON.stringify({ shape, rows, words, missing, git, keys: await db.keys({ recurse: true }) }))
`,
  )
  write(
    'wrong.ts',
    `import { DataBase, ndarray } from 'dirdict'
const db = await DataBase.open('typed')
await db.get('x', ndarray, { row: [0, 1] })
`,
  )
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    skipLibCheck: false,
  }
  write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['program.ts'] }))
  write('wrong.json', JSON.stringify({ compilerOptions, files: ['wrong.ts'] }))
  expect(runWell(project, 'npx', ['--no-install', 'tsc', '-p', '.'])).toBe('')
  expect(JSON.parse(runWell(project, process.execPath, ['program.js']))).toEqual({
    shape: [1, 2],
    rows: 2,
    words: 'of text',
    missing: true,
    git: null,
    keys: ['nested', 'nested/words', 'table', 'x'],
  })
  expect(run(project, 'npx', ['--no-install', 'tsc', '-p', 'wrong.json']).output).toMatch(
    /^wrong\.ts\(3,30\): error TS2561: .*'row' does not exist/,
  )
})

it('every subpath can be imported from JavaScript', { timeout: 60_000 }, () => {
  write(
    'subpaths.js',
    `import { readFileSync } from 'node:fs'
const { exports } = JSON.parse(readFileSync('node_modules/dirdict/package.json', 'utf8'))
const root = await import('dirdict')
for (const subpath of Object.keys(exports)) {
  if (subpath === './package.json') continue
  const names = Object.keys(await import('dirdict' + subpath.slice(1)))
  console.log(subpath, names.length > 0)
  if (subpath.startsWith('./dumpers/')) {
    const name = subpath.slice('./dumpers/'.length)
    if ((await import('dirdict' + subpath.slice(1)))[name] !== root[name]) throw new Error(name)
  }
}
`,
  )
  const { exports } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as {
    exports: Record<string, unknown>
  }
  const subpaths = Object.keys(exports).filter(subpath => subpath !== './package.json')
  const printed = runWell(project, process.execPath, ['subpaths.js']).trim().split('\n')
  // `dirdict/testing` needs a test runner's functions only when it is called.
  expect(printed).toEqual(subpaths.map(subpath => `${subpath} true`))
})

it('CommonJS can require it', { timeout: 60_000 }, () => {
  write(
    'script.cjs',
    `const { DataBase, ndarray } = require('dirdict')
const { text } = require('dirdict/dumpers')
require('dirdict/testing')
DataBase.open('common').then(async db => {
  await db.set('x', new Float64Array([1, 2]), ndarray)
  await db.set('words', 'of text', text)
  console.log((await db.get('x', ndarray)).data.join(), await db.get('words', text))
})
`,
  )
  // Node 20 warns on stderr that require(esm) is experimental.
  expect(runWell(project, process.execPath, ['script.cjs'])).toMatch(/^1,2 of text$/m)
})

it('the command line is there', { timeout: 60_000 }, () => {
  write(
    'fill.js',
    `import { DataBase } from 'dirdict'
const db = await DataBase.open('listed')
await db.set('b', 1)
await db.set('a', 2)
`,
  )
  runWell(project, process.execPath, ['fill.js'])
  expect(runWell(project, 'npx', ['--no-install', 'dirdict', 'keys', 'listed'])).toBe('a\nb\n')
})

function write(name: string, text: string): void {
  writeFileSync(join(project, name), text)
}
