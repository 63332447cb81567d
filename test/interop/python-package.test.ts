/**
 * The Python package reads what was just written here: its own tests pass, random values of every format come back
 * equal, and beside a writer of ours it never sees half a value or an old one.
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type * as arrow from 'apache-arrow'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type AnyDumper,
  array,
  arrow as arrowDumper,
  bytes,
  clone,
  csv,
  DataBase,
  dataframe,
  folder,
  json,
  ndarray,
  npz,
  partitions,
  pickle,
  shared,
  subdb,
  text,
  zarr,
} from '../../src/index.js'
import { randomTable } from '../dumpers/samples/csv-random.js'
import { CSV_TEXT, NUMBERS, TEXTS, TIMES, tableOf } from '../dumpers/samples/csv-tables.js'
import { ARRAYS, COLUMNS, RECORDS } from '../dumpers/samples/fixture-values.js'
import { BUILT_IN } from '../dumpers/samples/fixtures.js'
import { scratch } from '../unit/scratch.js'
import { describeArray, describeTable, describeValue } from './described.js'
import { canImport, python } from './python.js'

const packageFolder = fileURLToPath(new URL('../../python', import.meta.url))
const hasNumpy = canImport('numpy')
const hasPyarrow = canImport('pyarrow')
const root = scratch()
const environment = {
  ...process.env,
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONPATH: [packageFolder, fileURLToPath(new URL('isf', import.meta.url)), process.env.PYTHONPATH]
    .filter(path => path !== undefined)
    .join(':'),
}
const run = promisify(execFile)

/** What the program prints as JSON; `db` in it is the database. */
async function inPython(db: DataBase, program: string): Promise<unknown> {
  const lines = ['import json, sys, dirdict', 'from described import describe, describe_column']
  const code = [...lines, 'db = dirdict.Database(sys.argv[1])', program].join('\n')
  const options = { env: environment, maxBuffer: 2 ** 28 }
  return JSON.parse((await run(python, ['-c', code, join(db.path('x'), '..')], options)).stdout)
}

const DESCRIBE_ALL = 'print(json.dumps({key: describe(db[key]) for key in db}))'
const TABLES = `
def columns(table):
    return [[name, describe_column(column)] for name, column in table.items()]
print(json.dumps({key: columns(db[key]) for key in db}))`

async function database(
  values: readonly unknown[] | Record<string, unknown>,
  dumper?: AnyDumper,
): Promise<DataBase> {
  const db = await DataBase.open(mkdtempSync(join(root, 'db-')), { durability: 'relaxed' })
  for (const [key, value] of Object.entries(values)) {
    await (dumper === undefined ? db.set(`k${key}`, value) : db.set(`k${key}`, value, dumper))
  }
  return db
}

/** What is told of each value, by its key. */
function told(
  values: readonly unknown[] | Record<string, unknown>,
  tell: (value: never) => unknown,
): unknown {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`k${key}`, tell(value as never)]))
}

/** Pairs, because JSON objects would not keep the order of names that are numbers. */
function columnsOf(table: arrow.Table): unknown {
  const columns = describeTable(table)
  return table.schema.fields.map(({ name }) => [name, columns[name]])
}

const anyString = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\ufeff', '\0', '\r', '\n', '"', '\\', '🧠', '\u2028', 'a', '\ud800') }),
)
const jsonValue = fc
  .letrec(tie => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.maxSafeInteger(),
      anyString,
      fc.array(tie('value')),
      fc.dictionary(anyString, tie('value')),
    ),
  }))
  .value.filter(value => json.check(value))

describe.skipIf(!hasNumpy)(
  `the Python package${hasNumpy ? '' : ` (skipped: ${python} cannot import numpy)`}`,
  () => {
    test('its own tests pass', () => {
      const { status, stderr } = spawnSync(python, ['-m', 'unittest', 'discover', `${packageFolder}/tests`], {
        encoding: 'utf8',
        env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      })
      expect(status, stderr).toBe(0)
      expect(Number(/Ran (\d+) tests/.exec(stderr)?.[1])).toBeGreaterThan(80)
    })

    test('it knows every dumper, and has the version of the npm package', () => {
      const program =
        'import json, dirdict, dirdict.entry as e; print(json.dumps([dirdict.__version__, sorted([*e._LOADERS, "subdb"])]))'
      const said = JSON.parse(execFileSync(python, ['-c', program], { encoding: 'utf8', env: environment }))
      const { version } = JSON.parse(readFileSync(join(packageFolder, '../package.json'), 'utf8'))
      expect(said).toEqual([version, expect.arrayContaining([...BUILT_IN.keys()])])
      expect(readFileSync(join(packageFolder, 'pyproject.toml'), 'utf8')).toContain(
        `\nversion = "${version}"\n`,
      )
    })

    test('random values of json', async () => {
      const values = fc.array(jsonValue, { minLength: 150, maxLength: 150, size: 'max' })
      await fc.assert(
        fc.asyncProperty(values, async all => {
          const db = await database(all, json)
          expect(await inPython(db, DESCRIBE_ALL)).toEqual(told(all, describeValue))
        }),
        { numRuns: 3, endOnFailure: true },
      )
    })

    test('random texts and bytes', async () => {
      const texts = fc.array(anyString.filter(text.check), { minLength: 100, maxLength: 100, size: 'max' })
      const pieces = fc.array(fc.uint8Array({ size: 'medium' }), {
        minLength: 50,
        maxLength: 50,
        size: 'max',
      })
      await fc.assert(
        fc.asyncProperty(texts, pieces, async (some, more) => {
          expect(await inPython(await database(some, text), DESCRIBE_ALL)).toEqual(told(some, describeValue))
          expect(await inPython(await database(more, bytes), DESCRIBE_ALL)).toEqual(told(more, describeValue))
        }),
        { numRuns: 2, endOnFailure: true },
      )
      await expect((await database([])).set('half', '\ud800', text)).rejects.toMatchObject({
        code: 'VALUE_REJECTED',
      })
    })

    test('random tables of csv, with nulls, quotes and line ends', async () => {
      const tables = fc.array(randomTable(), { minLength: 100, maxLength: 100, size: 'max' })
      await fc.assert(
        fc.asyncProperty(tables, async all => {
          expect(await inPython(await database(all, csv), TABLES)).toEqual(told(all, columnsOf))
        }),
        { numRuns: 3, endOnFailure: true },
      )
    })

    test('tables of csv of every type, and of the text of a file', async () => {
      const tables = { numbers: tableOf(NUMBERS), texts: tableOf(TEXTS), times: tableOf(TIMES) }
      const db = await database(tables, csv)
      await db.set('ktext', CSV_TEXT, csv)
      const text = await db.get('ktext', csv)
      expect(await inPython(db, TABLES)).toEqual(told({ ...tables, text }, columnsOf))
    })

    test('arrays of every type', async () => {
      const arrays = { ...ARRAYS, ...RECORDS }
      expect(await inPython(await database(arrays, ndarray), DESCRIBE_ALL)).toEqual(
        told(arrays, describeArray),
      )
      const db = await database({ named: ARRAYS, one: new Float64Array([1]) }, npz)
      expect(await inPython(db, DESCRIBE_ALL)).toEqual({
        knamed: { dict: Object.entries(ARRAYS).map(([name, one]) => [name, describeArray(one)]) },
        kone: { dict: [['arr_0', describeArray(array(new Float64Array([1])))]] },
      })
    })

    test('stores of arrays, and pickles that are trusted', async () => {
      const arrays = {
        rows: array([0.5, -0, 1, Number.NaN], [2, 2]),
        ids: array([-(2n ** 63n), 2n ** 63n - 1n]),
        a__b: array([1, -1], [1], 'complex128'),
      }
      const db = await database({})
      await db.set('shared', arrays, shared)
      await (await db.get('shared', shared)).append('ids', new BigInt64Array([7n]))
      await db.set('pickle', { n: [1, 0.5, null, 2n ** 70n], ...arrays }, pickle)
      const program = `
found = db['shared']
print(json.dumps([{name: describe(found[name]) for name in found}, describe(db.load('pickle', trusted=True))]))`
      expect(await inPython(db, program)).toEqual([
        {
          rows: describeValue(arrays.rows),
          ids: describeValue(new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n, 7n])),
          a__b: describeValue(arrays.a__b),
        },
        describeValue({ n: [1, 0.5, null, 2n ** 70n], ...arrays }),
      ])
    })

    test.skipIf(!canImport('zarr'))('arrays of zarr (skipped where Python cannot import zarr)', async () => {
      const arrays = { ...ARRAYS, chunked: array(Float64Array.from({ length: 35 }, Math.sqrt), [5, 7]) }
      const db = await database(ARRAYS, zarr)
      await db.set('kchunked', arrays.chunked, zarr, { chunks: [2, 3] })
      expect(await inPython(db, DESCRIBE_ALL)).toEqual(told(arrays, describeArray))
      rmSync(join(db.path('kchunked'), 'obj.zarr/1.1'))
      const failing = inPython(db, "db['kchunked']")
      await expect(failing).rejects.toThrow(/1\.1.*is missing/)
    })

    test('folders, nested databases, and records as they are here', async () => {
      const db = await database({})
      await db.set('files', { 'a.txt': 'alpha', 'x/b.bin': Uint8Array.of(0) }, folder)
      await db.set('a/b/c', [1], { tags: ['deep'], attributes: { trial: 7 } })
      const found = await inPython(
        db,
        `print(json.dumps([[str(path) for path in db['files']], db['a/b/c'], db['a']['b'].keys(), 'a/b/c' in db,
          'a/x' in db, [db.metadata(key) for key in ('files', 'a', 'a/b/c')]]))`,
      )
      const files = ['a.txt', 'x/b.bin'].map(name => join(db.path('files'), name))
      const records = await Promise.all(['files', 'a', 'a/b/c'].map(key => db.metadata(key)))
      expect(found).toMatchObject([
        files,
        [1],
        ['c'],
        true,
        false,
        records.map(({ dumper, time, git, modules, tags, history }) => ({
          dumper,
          time: time.toISOString(),
          git: git === null ? null : { commit: git.commit },
          modules,
          history,
          ...(tags.length === 0 ? {} : { tags }),
        })),
      ])
      expect(await db.get('a', subdb)).toBeInstanceOf(DataBase)
    })

    test('codes of errors are those of here', async () => {
      const db = await database({})
      await db.set('clone', new Map([[1, 2]]), clone)
      await db.set('json', [1], json)
      const program = `
def code(key):
    try:
        return db.load(key)
    except dirdict.DirdictError as error:
        return error.code
print(json.dumps([code(key) for key in ('clone', 'no', 'json/x', '../x', 'json')]))`
      const codes = ['UNSUPPORTED_FORMAT', 'KEY_NOT_FOUND', 'KEY_NOT_FOUND', 'KEY_INVALID']
      expect(await inPython(db, program)).toEqual([...codes, [1]])
      symlinkSync('/etc', join(db.path('json'), 'out'))
      rmSync(join(db.path('json'), 'value.json'))
      symlinkSync('/etc/hostname', join(db.path('json'), 'value.json'))
      expect(await inPython(db, program)).toEqual([...codes, 'CORRUPT_ENTRY'])
    })

    test('beside a writer of ours every value is whole, and none is older than one seen before', async () => {
      const db = await database({})
      await db.set('count', { turn: 0, rest: 'x'.repeat(10_000) }, json)
      await db.set('kept', 1)
      const program = `
import time
end, last, reads = time.monotonic() + 5, 0, 0
while time.monotonic() < end or reads < 200:
    value = db['count']
    assert value['turn'] >= last and len(value['rest']) == 10000, value
    assert db.keys() == ['count', 'kept'] and 'count' in db
    assert db.metadata('count')['dumper'] == 'json'
    last, reads = value['turn'], reads + 1
print(json.dumps([last, reads]))`
      let ended = false
      const reading = inPython(db, program).finally(() => {
        ended = true
      })
      for (let turn = 1; !ended; turn++) await db.set('count', { turn, rest: 'x'.repeat(10_000) }, json)
      const [last, reads] = (await reading) as [number, number]
      expect(last).toBeGreaterThan(0)
      expect(reads).toBeGreaterThan(199)
    })

    test.skipIf(!hasPyarrow)(
      'tables of arrow, dataframe and partitions (skipped where Python cannot import pyarrow)',
      async () => {
        const db = await database({})
        await db.set('arrow', COLUMNS, arrowDumper)
        await db.set('frame', COLUMNS, dataframe)
        await db.set('parts', COLUMNS, partitions, { partitionSize: 1 })
        const program = `
tables = [db[key] for key in ('arrow', 'frame', 'parts')]
print(json.dumps([[table.column_names, table.num_rows, table['cell'].to_pylist(), table['count'].to_pylist()[1] == -2**63] for table in tables]))`
        const expected = [['time', 'count', 'cell', 'ok', 'when'], 3, ['L5tt', null, 'é 漢字 🧠'], true]
        expect(await inPython(db, program)).toEqual([expected, expected, expected])
      },
    )

    const canInstall = canImport('pip') && canImport('setuptools') && canImport('wheel')
    test.skipIf(!canInstall)(
      'pip installs it (skipped where Python has no pip, setuptools and wheel)',
      () => {
        const copy = mkdtempSync(join(root, 'pip-'))
        onTestFinished(() => rmSync(copy, { recursive: true, force: true }))
        cpSync(packageFolder, join(copy, 'python'), { recursive: true })
        const options = [
          '--no-deps',
          '--no-build-isolation',
          '--no-index',
          '--quiet',
          '--target',
          join(copy, 'site'),
        ]
        execFileSync(python, ['-m', 'pip', 'install', ...options, join(copy, 'python')], { stdio: 'pipe' })
        const path = execFileSync(python, ['-c', 'import dirdict; print(dirdict.__file__)'], {
          encoding: 'utf8',
          env: { ...process.env, PYTHONPATH: join(copy, 'site') },
        })
        expect(path.trim()).toBe(join(copy, 'site/dirdict/__init__.py'))
      },
    )
  },
)
