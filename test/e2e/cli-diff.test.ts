/**
 * The command `dirdict diff`: what changed between two values, their records and their code.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  array,
  arrow,
  bytes,
  clone,
  csv,
  DataBase,
  dataframe,
  folder,
  ndarray,
  npz,
  structured,
  text,
  transpose,
} from '../../src/index.js'
import { type Run, useShell } from './shell.js'

const { cli, path } = useShell()
const db = 'db'
let store: DataBase

beforeEach(async () => {
  store = await DataBase.open(path(db), { durability: 'relaxed' })
  return () => store.close()
})

interface Report {
  readonly equal: boolean
  readonly value: Record<string, unknown>
  readonly record: Record<string, unknown>
  readonly modules: Record<string, unknown>
  readonly code: Record<string, unknown>
}

/** The report on the keys `a` and `b`; the exit code has to agree with it. */
function diff(): Report {
  const run = cli(['diff', db, 'a', 'b', '--json'])
  expect(run.stderr).toBe('')
  const report = JSON.parse(run.stdout) as Report
  expect(run.code).toBe(report.equal ? 0 : 1)
  return report
}

function rewrite(key: string, changes: Record<string, unknown>): void {
  const file = path(db, key, 'dirdict.json')
  const record = JSON.parse(readFileSync(file, 'utf8')) as { provenance: object }
  writeFileSync(file, JSON.stringify({ ...record, provenance: { ...record.provenance, ...changes } }))
}

describe('arrays', () => {
  it('that hold the same are equal, NaN and layout notwithstanding', async () => {
    await store.set('a', array([Number.NaN, -0, 3, 4, 5, 6], [2, 3]), ndarray)
    await store.set('b', transpose(array([Number.NaN, 4, 0, 5, 3, 6], [3, 2])), ndarray)
    expect(diff()).toMatchObject({ equal: true, value: { dtype: 'float64', shape: [2, 3] } })
    expect(cli(['diff', db, 'a', 'b']).stdout).toMatch(
      /^value: equal\n {2}dtype +float64\n {2}shape +\[2,3\]\n/,
    )
  })

  it('of many blocks: how many elements differ, by how much, and where first', async () => {
    const data = Float64Array.from({ length: 3_000_000 }, (_, i) => i)
    await store.set('a', array(data, [1500, 2000]), ndarray)
    data[1_234_567]! += 0.25
    data[2_999_999]! -= 8
    await store.set('b', array(data, [1500, 2000]), ndarray)
    expect(diff()).toMatchObject({
      equal: false,
      value: { differing: '2 of 3000000 elements', first: [617, 567], largest: 8 },
    })
    const { stdout, code } = cli(['diff', db, 'a', 'b'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^value: differs$/m)
    expect(stdout).toMatch(/^ {2}differing +2 of 3000000 elements$/m)
    expect(stdout).toMatch(/^ {2}first +\[617,567\]$/m)
  })

  it('of another dtype or shape differ', async () => {
    await store.set('a', array(Float32Array.of(1, 2)), ndarray)
    await store.set('b', array([1, 2], [2, 1]), ndarray)
    expect(diff().value).toEqual({
      dtype: { from: 'float32', to: 'float64' },
      shape: { from: [2], to: [2, 1] },
    })
    expect(cli(['diff', db, 'a', 'b']).stdout).toMatch(/^ {2}dtype +float32 -> float64$/m)
  })

  it.each([
    [
      'int64',
      array(BigInt64Array.of(1n, 2n ** 60n)),
      array(BigInt64Array.of(1n, 2n ** 60n + 1n)),
      { largest: '1' },
    ],
    ['bool', array([true, false]), array([true, true]), { first: [1], largest: 1 }],
    ['str', array(['a', 'b']), array(['a', 'c']), { first: [1] }],
    ['float16', array([0.5, 1], [2], 'float16'), array([0.5, 3], [2], 'float16'), { largest: 2 }],
    [
      'complex128',
      array([1, 2, 3, 4], [2], 'complex128'),
      array([1, 2, 6, 8], [2], 'complex128'),
      { first: [1], largest: 5 },
    ],
    ['a single element', array([1], []), array([3], []), { first: [], largest: 2 }],
  ])('of %s', async (_name, a, b, facts) => {
    await store.set('a', a, ndarray)
    await store.set('b', b, ndarray)
    expect(diff()).toMatchObject({ equal: false, value: facts })
  })

  it('of records without rows differ by their fields', async () => {
    await store.set('a', structured({ t: array(new Float64Array()) }), ndarray)
    await store.set('b', structured({ p: array(new Float64Array()) }), ndarray)
    expect(diff()).toMatchObject({ equal: false })
  })

  it('of records are compared field by field, archives array by array', async () => {
    await store.set('a', structured({ t: array([1, 2]), p: array([1, 2, 3, 4], [2, 2]) }), ndarray)
    await store.set('b', structured({ t: array([1, 2]), p: array([1, 2, 3, 5], [2, 2]) }), ndarray)
    expect(diff()).toMatchObject({
      equal: false,
      value: { 'field p': { differing: '1 of 4 elements', first: [1, 1], largest: 1 } },
    })
    await store.set('a', { x: array([1]), y: array([1]), z: array([1]) }, npz)
    await store.set('b', { x: array([1]), y: array([2]), w: array([1]) }, npz)
    expect(diff()).toMatchObject({
      equal: false,
      value: { removed: ['z'], added: ['w'], 'array y': { largest: 1 } },
    })
  })
})

describe('tables', () => {
  it('that hold the same are equal, whatever the format', async () => {
    const rows = [
      { n: 1n, s: 'a', t: new Date(5) },
      { n: 2n, s: null, t: new Date(6) },
    ]
    await store.set('a', rows, dataframe)
    await store.set('b', rows, arrow)
    expect(diff()).toMatchObject({ equal: true, value: { rows: 2, columns: 3 } })
  })

  it.each(['constructor', '__proto__'])('a column called %s is compared as any other', async name => {
    await store.set('a', [[name, [1, 2]]], dataframe)
    await store.set('b', [[name, [1, 3]]], dataframe)
    expect(diff().equal).toBe(false)
    expect(cli(['diff', db, 'a', 'b']).stdout).toContain(`${name}: 1 of 2 rows, the first is 1`)
  })

  it('columns, types, order, rows and cells that differ', async () => {
    await store.set(
      'a',
      [
        ['x', [1, 2, 3]],
        ['y', ['a', 'b', 'c']],
        ['z', [1, 2, 3]],
      ],
      dataframe,
    )
    await store.set(
      'b',
      [
        ['x', [1, 5, Number.NaN]],
        ['y', [1, 2, 3]],
        ['w', [1, 2, 3]],
      ],
      dataframe,
    )
    expect(diff()).toMatchObject({
      equal: false,
      value: {
        removed: ['z'],
        added: ['w'],
        types: { y: { from: 'Utf8', to: 'Float64' } },
        columns: { x: '2 of 3 rows, the first is 1' },
      },
    })
    await store.set(
      'b',
      [
        ['y', ['a', 'b', 'c']],
        ['x', [1, 2, 3]],
        ['z', [1, 2, 3]],
      ],
      dataframe,
    )
    expect(diff().value).toEqual({ order: { from: ['x', 'y', 'z'], to: ['y', 'x', 'z'] } })
    await store.set('a', 'n\n1\n2\n', csv)
    await store.set('b', 'n\n1\n', csv)
    expect(diff().value).toEqual({ rows: { from: 2, to: 1 } })
  })
})

describe('other values', () => {
  it('plain values: the paths that differ', async () => {
    await store.set('a', { x: [1, { deep: 'old' }], gone: 1, same: [1] })
    await store.set('b', { x: [1, { deep: 'new' }, 7], come: null, same: [1] })
    expect(diff().value).toEqual({
      differing: '4 paths',
      paths: {
        '$.x[1].deep': { from: 'old', to: 'new' },
        '$.x[2]': { from: '(absent)', to: 7 },
        '$.gone': { from: 1, to: '(absent)' },
        '$.come': { from: '(absent)', to: null },
      },
    })
    await store.set('a', new Map([[1, 2n]]), clone)
    await store.set('b', new Map([[1, 3n]]), clone)
    expect(diff()).toMatchObject({ equal: false, value: { paths: { '$.get(1)': { from: '2n', to: '3n' } } } })
    await store.set('b', new Map([[1, 2n]]), clone)
    expect(diff()).toMatchObject({ equal: true })
  })

  const cycle = (x: unknown): object => {
    const made: { x: unknown; self?: unknown } = { x }
    made.self = made
    return made
  }
  const shared = (x: number): unknown => {
    let made: unknown = { x }
    for (let level = 0; level < 40; level++) made = [made, made]
    return made
  }
  const deep = (x: number): unknown => {
    let made: unknown = x
    for (let level = 0; level < 900; level++) made = [made]
    return made
  }
  const holed: unknown[] = [undefined, 1]
  delete holed[0]

  it.each<[string, unknown, unknown, object]>([
    [
      'numbers in other memory',
      { x: Float32Array.of(1) },
      { x: [1] },
      { from: 'Float32Array(1) [ 1 ]', to: [1] },
    ],
    ['typed arrays', { x: Float32Array.of(1) }, { x: Float64Array.of(1) }, { to: 'Float64Array(1) [ 1 ]' }],
    ['holes', holed, [undefined, 1], { from: '(hole)', to: 'undefined' }],
    ['null', { x: undefined }, { x: null }, { from: 'undefined', to: null }],
    ['zeros', { x: 0 }, { x: -0 }, { from: 0, to: '-0' }],
    ['dates', { x: new Date(0) }, { x: new Date(1) }, { from: '1970-01-01T00:00:00.000Z' }],
    ['sets', new Set([1]), new Set([2]), { from: 'Set(1) { 1 }' }],
    ['bigint within', { x: { y: 1n } }, { x: 5 }, { from: '{ y: 1n }', to: 5 }],
    ['cycles', cycle(1), cycle(2), { from: 1, to: 2 }],
    ['a cycle within', { x: cycle(1) }, { x: 5 }, { to: 5 }],
    ['what is shared', shared(1), shared(2), { from: 1, to: 2 }],
    ['what is deep', deep(1), deep(2), { from: 1, to: 2 }],
  ])('plain values that differ in %s', async (_name, a, b, change) => {
    await store.set('a', a, clone)
    await store.set('b', b, clone)
    const { equal, value } = diff()
    expect(equal).toBe(false)
    expect(value.differing).toBe('1 paths')
    expect(Object.values(value.paths as object)).toMatchObject([change])
    await store.set('b', a, clone)
    expect(diff()).toMatchObject({ equal: true })
  })

  it('Maps whose keys are objects are equal by what these hold', async () => {
    await store.set('a', new Map([[{ n: 1 }, 1]]), clone)
    await store.set('b', new Map([[{ n: 1 }, 1]]), clone)
    expect(diff().equal).toBe(true)
    await store.set('b', new Map([[{ n: 2 }, 1]]), clone)
    expect(diff().equal).toBe(false)
  })

  it('what nobody recorded, as Python wrote it, is compared as it lies there', async () => {
    for (const key of ['a', 'b', 'same']) {
      mkdirSync(path(db, key))
      const loader = 'data_base.isf_data_base.IO.LoaderDumper.to_pickle'
      writeFileSync(path(db, key, 'Loader.json'), JSON.stringify({ Loader: loader }))
      writeFileSync(path(db, key, 'to_pickle_dump'), key === 'b' ? 'two' : 'one')
    }
    expect(diff()).toMatchObject({ equal: false, value: { changed: { to_pickle_dump: {} } } })
    expect(cli(['diff', db, 'a', 'same']).code).toBe(0)
  })

  it('text, bytes and folders: files by length and checksum', async () => {
    await store.set('a', 'one', text)
    await store.set('b', 'two', text)
    expect(diff()).toMatchObject({
      equal: false,
      value: { changed: { 'value.txt': { from: expect.stringMatching(/^3 bytes, crc32 /) } } },
    })
    await store.set('a', Uint8Array.of(1), bytes)
    await store.set('b', Uint8Array.of(1), bytes)
    expect(diff()).toMatchObject({ equal: true })
    await store.set('a', { 'same.txt': 'x', 'old.txt': 'x', 'c.txt': 'x' }, folder)
    await store.set('b', { 'same.txt': 'x', 'new.txt': 'x', 'c.txt': 'y' }, folder)
    expect(diff()).toMatchObject({
      equal: false,
      value: { removed: ['old.txt'], added: ['new.txt'], changed: { 'c.txt': {} } },
    })
  })

  it('nested databases: keys, and their files', async () => {
    await store.set('a/x', 1)
    await store.set('a/y', 1)
    await store.set('b/x', 2)
    await store.set('b/z', 1)
    expect(diff()).toMatchObject({
      equal: false,
      value: { removed: ['y'], added: ['z'], changed: { x: {} } },
    })
  })

  it('nested databases: the files of managed folders in them too', async () => {
    await store.set('a/f', { 'x.txt': '1' }, folder)
    await store.set('b/f', { 'x.txt': '2' }, folder)
    expect(diff()).toMatchObject({ equal: false, value: { changed: { f: {} } } })
    await store.set('b/f', { 'x.txt': '1' }, folder)
    expect(diff()).toMatchObject({ equal: true, value: { keys: 1 } })
  })

  it('of different kinds differ', async () => {
    await store.set('a', 'x', text)
    await store.set('b', Uint8Array.of(1), bytes)
    expect(diff()).toMatchObject({ equal: false, value: { kind: { from: 'text', to: 'bytes' } } })
  })

  it('of another database', async () => {
    const other = await DataBase.open(path('other'))
    await other.set('b', 1)
    await other.close()
    await store.set('a', 1)
    expect(cli(['diff', db, 'a', 'b', '--db2', 'other']).code).toBe(0)
  })
})

describe('records and code', () => {
  it('who made them, with which packages, by which code', async () => {
    await store.set('a', 1, { tags: ['raw'], attributes: { cell: 7, same: 1 } })
    await store.set('b', 1, { note: 'again', attributes: { cell: 8, same: 1 } })
    const git = { branch: 'main', dirty: false, remote: null, checkedAt: null }
    const history = { kind: 'script', source: 'script', complete: true }
    const code = Array.from({ length: 30 }, (_, i) => `line ${i}`)
    rewrite('a', {
      git: { ...git, commit: 'a'.repeat(40) },
      modules: { zarrita: '0.5.0', gone: '1.0.0', same: '1.0.0' },
      script: { path: '/x/run.ts', sha256: '1'.repeat(64) },
      history: { ...history, cells: [{ n: null, code: code.join('\n') }] },
    })
    rewrite('b', {
      git: { ...git, dirty: true, commit: 'b'.repeat(40) },
      modules: { zarrita: '0.6.0', come: '2.0.0', same: '1.0.0' },
      script: { path: '/x/run.ts', sha256: '2'.repeat(64) },
      history: { ...history, cells: [{ n: null, code: code.with(10, 'other').join('\n') }] },
    })
    const { equal, record, modules, code: found } = diff()
    expect(equal).toBe(true)
    expect(record).toMatchObject({
      commit: { from: 'a'.repeat(40), to: 'b'.repeat(40) },
      dirty: { from: false, to: true },
      tags: { from: ['raw'], to: [] },
      note: { from: null, to: 'again' },
      'attribute cell': { from: 7, to: 8 },
    })
    expect(record).not.toHaveProperty('attribute same')
    expect(record).not.toHaveProperty('branch')
    expect(modules).toEqual({
      removed: ['gone@1.0.0'],
      added: ['come@2.0.0'],
      changed: { zarrita: { from: '0.5.0', to: '0.6.0' } },
    })
    expect(found).toMatchObject({
      sha256: { from: '1'.repeat(64), to: '2'.repeat(64) },
      command: `git diff ${'a'.repeat(40)} ${'b'.repeat(40)}`,
      diff: '@@ -8,7 +8,7 @@\n line 7\n line 8\n line 9\n-line 10\n+other\n line 11\n line 12\n line 13',
    })
    const { stdout } = cli(['diff', db, 'a', 'b'])
    expect(stdout).toContain('\n-line 10\n+other\n')
    expect(stdout).toMatch(/^ {2}changed +zarrita: 0\.5\.0 -> 0\.6\.0$/m)
    expect(stdout).toMatch(/^ {2}note +null -> again$/m)
  })

  it('the output is bounded and cannot steer the terminal', async () => {
    const evil = '\u001b[2J\u202e'
    await store.set('a', Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`${evil}${i}`, i])))
    await store.set('b', { long: evil.repeat(1000) })
    const cellsOf = (sign: string): object => ({
      kind: 'repl',
      source: 'repl',
      complete: true,
      cells: Array.from({ length: 3000 }, (_, n) => ({ n, code: `${sign}${evil}${n}` })),
    })
    rewrite('a', { history: cellsOf('a') })
    rewrite('b', { history: cellsOf('b') })
    const { stdout, code } = cli(['diff', db, 'a', 'b'])
    expect(code).toBe(1)
    expect(stdout).not.toContain('\u001b')
    expect(stdout).not.toContain('\u202e')
    expect(stdout.length).toBeLessThan(30_000)
    expect(stdout).toContain('… 5801 more lines; --json has all')
  })
})

describe('trouble', () => {
  it.each([
    ['a missing key', ['diff', db, 'a', 'none'], 'KEY_NOT_FOUND'],
    ['a missing database', ['diff', db, 'a', 'a', '--db2', 'nowhere'], 'NOT_A_DATABASE'],
    ['a missing argument', ['diff', db, 'a'], 'OPTION_INVALID'],
    ['an unknown option', ['diff', db, 'a', 'a', '--deep'], 'OPTION_INVALID'],
  ])('%s: exit code 2', async (_name, args, code) => {
    await store.set('a', 1)
    const run: Run = cli(args)
    expect(run.stderr).toMatch(new RegExp(`^error ${code}: [^\n]+\n$`))
    expect(run).toMatchObject({ code: 2, stdout: '' })
  })
})
