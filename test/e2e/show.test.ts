/** show prints outside of notebooks, and what is shown of large things costs no more than what is shown of small ones. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noStrace } from '../faults/strace.js'
import { checkout, temporaryFolder } from './tarball.js'

const folder = temporaryFolder()
const small = join(folder, 'small')
const large = join(folder, 'large')
/** Calls between two looks at files that are not there. */
const BEGIN = '/dirdict-begin'
const END = '/dirdict-end'

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a module that has the whole package in scope; what it prints. */
function run(program: string, ...trace: readonly string[]): string {
  const file = join(folder, `program-${Math.abs(hash(program))}.mjs`)
  const names = '{ array, dataframe, DataBase, ndarray, show }'
  writeFileSync(
    file,
    `import ${names} from ${JSON.stringify(join(checkout, 'dist/src/index.js'))}\n${program}`,
  )
  const [command = process.execPath, ...args] = [...trace, process.execPath, file]
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout
}

function hash(text: string): number {
  return [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) | 0, 7)
}

it('show prints the text of whatever it is given', () => {
  const printed = run(`
    const db = await DataBase.open(${JSON.stringify(join(folder, 'study'))})
    await db.set('x', array([1, 2]), ndarray)
    await db.set('t', [{ a: 1 }], dataframe)
    await show(db)
    await show(await db.get('x'))
    await show(new Float32Array([0.5]))
    await show(await db.get('t'))
    await show((await db.entries())[0])
    await show(await db.metadata('x'))
    await show({ plain: '\\u202e\\u001b' })
    await show('\\u001b]0;title')
    await show(undefined)`)
  expect(printed).toMatch(
    /^DataBase .*study \{ t, x \}\nNDArray float64 \[2\] \[1, 2\]\nNDArray float32 \[1\] \[0.5\]\nTable of 1 row,/,
  )
  expect(printed).toContain('\nEntry "t" (dataframe)\nMetadata of "x"\n')
  expect(printed).toMatch(/\{ plain: '\\u202e\\x1B' \}\n\\u001b\]0;title\nundefined\n$/)
})

it('what other packages show without a text is printed as console.log has it', () => {
  const printed = run(`
    const display = Symbol.for('Jupyter.display')
    for (const bundle of [{ 'text/html': '<b>' }, undefined, Promise.resolve({}), { 'text/plain': 'own' }])
      await show({ name: 'chart', [display]: () => bundle })`)
  const plain = "\\{\\n {2}name: 'chart',\\n {2}\\[?Symbol\\(Jupyter\\.display\\)\\]?: [^\\n]*\\n\\}\\n"
  expect(printed).toMatch(new RegExp(`^(${plain}){3}own\n$`))
})

describe.skipIf(noStrace() !== undefined)(`system calls (${noStrace() ?? 'counted by strace'})`, () => {
  beforeAll(() => {
    for (const [path, keys] of [
      [small, 200],
      [large, 10_000],
    ] as const) {
      run(`await DataBase.open(${JSON.stringify(path)})`)
      for (let i = 0; i < keys; i++) {
        const key = `${path}/k${String(i).padStart(5, '0')}`
        mkdirSync(key)
        writeFileSync(
          `${key}/dirdict.json`,
          '{"format":1,"dumper":"json","arguments":{},"files":[],"provenance":{}}',
        )
      }
    }
  }, 120_000)

  /** The calls that one expression makes, in the main thread, of a database that is open. */
  function callsOf(path: string, expression: string): string[] {
    const log = join(folder, 'strace.log')
    const program = `
      import { inspect } from 'node:util'
      import { statSync } from 'node:fs'
      const db = await DataBase.open(${JSON.stringify(path)}, { readonly: true })
      ${expression}
      statSync(${JSON.stringify(BEGIN)}, { throwIfNoEntry: false })
      ${expression}
      statSync(${JSON.stringify(END)}, { throwIfNoEntry: false })`
    run(program, 'strace', '-o', log, '-e', 'trace=%file,getdents64,read')
    const lines = readFileSync(log, 'utf8').split('\n')
    const [from, to] = [BEGIN, END].map(mark => lines.findIndex(line => line.includes(`"${mark}"`)))
    return lines.slice((from ?? 0) + 1, to)
  }

  it.each([
    ['inspect', 'inspect(db)', 25],
    ['HTML', 'db._toHtml()', 1100],
    ['text and HTML together', `db[Symbol.for('Jupyter.display')]()`, 1200],
  ])(
    '%s of 10,000 keys reads one directory once, and looks at no more keys than at 200',
    (_what, expression, most) => {
      const calls = callsOf(large, expression)
      const opened = calls.filter(call => call.includes('O_DIRECTORY'))
      expect(opened.map(call => /"([^"]*)"/.exec(call)?.[1])).toEqual([large])
      const others = calls.filter(call => !call.startsWith('getdents64'))
      expect(others.length).toBeLessThanOrEqual(most)
      expect(others.length).toBe(
        callsOf(small, expression).filter(call => !call.startsWith('getdents64')).length,
      )
    },
  )
})
