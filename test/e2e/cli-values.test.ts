/**
 * The command `dirdict`: `set` and `get` in every format, and what they refuse.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { array, arrow, DataBase, dataframe, ndarray, npz, structured } from '../../src/index.js'
import { expectError, useShell } from './shell.js'

const { cli, cliJson, file, path } = useShell()
const db = 'db'

/** An npy file as numpy writes it. */
function npy(descr: string, fortran: boolean, shape: string, data: Uint8Array): Uint8Array {
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`
  const text = `${dict.padEnd(117)}\n`
  const head = Buffer.alloc(10)
  head.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0])
  head.writeUInt16LE(text.length, 8)
  return Buffer.concat([head, Buffer.from(text, 'latin1'), data])
}

describe('set and get', () => {
  it('--value stores JSON, and get prints it', () => {
    expect(cliJson('set', db, 'a/b', '--value', '{"n":[1,2.5,null]}')).toEqual({ key: 'a/b', dumper: 'json' })
    expect(JSON.parse(cli(['get', db, 'a/b']).stdout)).toEqual({ n: [1, 2.5, null] })
    expect(cliJson('get', db, 'a/b')).toEqual({ n: [1, 2.5, null] })
    expect(cliJson('get', db, 'a')).toEqual(['b'])
  })

  it('an .npy file keeps dtype and shape, whatever its byte order and layout', async () => {
    const data = Buffer.alloc(48)
    // Columns first: the array [[0, 1, 2], [3, 4, 5]].
    for (const [i, value] of [0, 3, 1, 4, 2, 5].entries()) data.writeDoubleBE(value, 8 * i)
    file('a.npy', npy('>f8', true, '(2, 3)', data))
    expect(cliJson('set', db, 'a', '--from', 'a.npy')).toEqual({ key: 'a', dumper: 'ndarray' })
    const form = {
      dtype: 'float64',
      shape: [2, 3],
      data: [
        [0, 1, 2],
        [3, 4, 5],
      ],
    }
    expect(cliJson('get', db, 'a')).toEqual(form)
    expect(cli(['get', db, 'a', '--out', 'b.npy']).code).toBe(0)
    cli(['set', db, 'b', '--from', 'b.npy'])
    expect(cliJson('get', db, 'b')).toEqual(form)
    expect(readFileSync(path('b.npy'))).toEqual(readFileSync(path(db, 'a', 'np.npy')))
  })

  it('an array in JSON has 64-bit integers and NaN as strings, complex numbers as pairs', async () => {
    const store = await DataBase.open(path(db))
    await store.set('i', array([2n ** 60n], [1]))
    await store.set('f', array([Number.NaN, -0, 1], [3]))
    await store.set('c', array(new Float64Array([1, 2, 3, 4]), [2], 'complex128'))
    await store.set('h', array([0.5, -2], [2], 'float16'))
    await store.set('s', array(new Float64Array([7]), []), ndarray)
    await store.close()
    expect(cliJson('get', db, 'i')).toMatchObject({ dtype: 'int64', data: ['1152921504606846976'] })
    expect(cliJson('get', db, 'f')).toMatchObject({ data: ['NaN', '-0', 1] })
    expect(cliJson('get', db, 'c')).toMatchObject({
      data: [
        [1, 2],
        [3, 4],
      ],
    })
    expect(cliJson('get', db, 'h')).toMatchObject({ data: [0.5, -2] })
    expect(cliJson('get', db, 's')).toEqual({ dtype: 'float64', shape: [], data: 7 })
  })

  it('a structured array in JSON has records, an .npz file a form for each of its arrays', async () => {
    const store = await DataBase.open(path(db))
    const spikes = structured({ time: new Float64Array([0.5, 1.5]), cell: array(['a', 'b']) })
    await store.set('spikes', spikes, ndarray)
    await store.set('fit', { slope: array([1, 2]), spikes }, npz)
    await store.close()
    const records = [
      { time: 0.5, cell: 'a' },
      { time: 1.5, cell: 'b' },
    ]
    expect(cliJson('get', db, 'spikes')).toEqual({ dtype: 'struct', shape: [2], data: records })
    expect(cli(['get', db, 'fit', '--out', 'fit.npz']).code).toBe(0)
    expect(cliJson('set', db, 'again', '--from', 'fit.npz')).toEqual({ key: 'again', dumper: 'npz' })
    expect(cliJson('get', db, 'again')).toEqual({
      slope: { dtype: 'float64', shape: [2], data: [1, 2] },
      spikes: { dtype: 'struct', shape: [2], data: records },
    })
    expect(cli(['get', db, 'again']).stdout).toMatch(/^slope: /)
  })

  it('a .csv file becomes a table with the types that its texts have, and comes out as it went in', () => {
    const text = 'cell;rate;when\n007;0.5;2026-11-21T08:00:00\n"a;b";;2026-11-22T08:00:00\n'
    file('cells.csv', Buffer.from(text))
    expect(cliJson('set', db, 'cells', '--from', 'cells.csv')).toEqual({ key: 'cells', dumper: 'csv' })
    expect(cliJson('get', db, 'cells')).toMatchObject([
      { cell: '007', rate: 0.5 },
      { cell: 'a;b', rate: null },
    ])
    expect(cli(['get', db, 'cells', '--out', 'out.csv']).code).toBe(0)
    expect(readFileSync(path('out.csv'), 'utf8')).toBe(text)
    file('bad.csv', Buffer.from('a,b\n1,2\n3\n'))
    const failed = cli(['set', db, 'bad', '--from', 'bad.csv'])
    expectError(failed, 'VALUE_REJECTED')
    expect(failed.stderr).toContain('line 3')
  })

  it('an .arrow file becomes a table, and comes out as it went in', async () => {
    const store = await DataBase.open(path(db))
    await store.set(
      't',
      [
        ['n', [1n, 2n ** 60n]],
        ['s', ['a', null]],
      ],
      arrow,
    )
    await store.close()
    expect(cli(['get', db, 't', '--out', 't.arrow']).code).toBe(0)
    expect(cliJson('set', db, 'again', '--from', 't.arrow')).toEqual({ key: 'again', dumper: 'arrow' })
    expect(cliJson('get', db, 'again')).toEqual([
      { n: '1', s: 'a' },
      { n: '1152921504606846976', s: null },
    ])
  })

  it('a .parquet file becomes a dataframe; get prints rows and writes the file', async () => {
    const store = await DataBase.open(path(db))
    await store.set(
      't',
      [
        ['n', [1n, 2n]],
        ['when', [new Date(0), null]],
        ['name', ['a\u001b', 'b']],
      ],
      dataframe,
    )
    await store.close()
    cli(['get', db, 't', '-o', 'out.parquet'])
    expect(cliJson('set', db, 'u', '--from', 'out.parquet')).toEqual({ key: 'u', dumper: 'dataframe' })
    expect(cliJson('get', db, 'u')).toEqual([
      { n: '1', when: '1970-01-01T00:00:00.000', name: 'a\u001b' },
      { n: '2', when: null, name: 'b' },
    ])
    const { stdout } = cli(['get', db, 'u'])
    expect(stdout).toContain('Table of 2 rows')
    expect(stdout).not.toContain('\u001b')
  })

  it('text, JSON files and bytes come back as they went in', () => {
    file('a.txt', 'Zürich\nno end of line')
    file('a.json', '{"a": [1]}')
    file('a.dat', Uint8Array.of(0, 255, 10))
    const cases = [
      ['a.txt', 'text'],
      ['a.json', 'json'],
      ['a.dat', 'bytes'],
    ] as const
    for (const [name, dumper] of cases) {
      expect(cliJson('set', db, dumper, '--from', name)).toEqual({ key: dumper, dumper })
    }
    expect(cli(['get', db, 'text']).stdout).toBe('Zürich\nno end of line')
    expect(cliJson('get', db, 'text')).toBe('Zürich\nno end of line')
    expect(cliJson('get', db, 'json')).toEqual({ a: [1] })
    expect([...cli(['get', db, 'bytes']).bytes]).toEqual([0, 255, 10])
    expect(cliJson('get', db, 'bytes')).toEqual({ base64: 'AP8K' })
    cli(['get', db, 'text', '--out', 'b.txt'])
    expect(readFileSync(path('b.txt'), 'utf8')).toBe('Zürich\nno end of line')
  })

  it('reads standard input, in the format that --dumper names', () => {
    expect(cli(['set', db, 'raw', '--from', '-'], Uint8Array.of(1, 2)).code).toBe(0)
    expect(cliJson('info', db, 'raw')).toMatchObject({ dumper: 'bytes' })
    cli(['set', db, 'word', '--from', '-', '--dumper', 'text'], 'hello')
    expect(cli(['get', db, 'word']).stdout).toBe('hello')
    cli(
      ['set', db, 'n', '--from', '-', '--dumper', 'ndarray'],
      npy('<i2', false, '(2,)', Uint8Array.of(1, 0, 2, 0)),
    )
    expect(cliJson('get', db, 'n')).toEqual({ dtype: 'int16', shape: [2], data: [1, 2] })
  })

  it('refuses a file that is not what its name says, and stores nothing', () => {
    file('bad.npy', npy('<f8', false, '(9,)', new Uint8Array(8)))
    file('bad.parquet', 'PAR1 and more PAR1')
    file('bad.json', '{"a": }')
    file('big.json', '{"id": 12345678901234567890}')
    file('bad.txt', Uint8Array.of(0xff, 0xfe))
    for (const name of ['bad.npy', 'bad.parquet', 'bad.json', 'big.json', 'bad.txt']) {
      const run = cli(['set', db, 'a', '--from', name])
      expectError(run, 'VALUE_REJECTED')
      expect(run.stderr).toContain(name)
    }
    expect(existsSync(path(db))).toBe(false)
  })

  it('refuses what was typed wrongly', () => {
    for (const args of [
      [],
      ['--value', '1', '--from', 'x'],
      ['--value', '1', '--dumper', 'x'],
      ['--nonsense'],
    ]) {
      expectError(cli(['set', db, 'a', ...args]), 'OPTION_INVALID')
    }
    expectError(cli(['set', db, 'a', '--from', 'missing.npy']), 'IO_FAILED')
    expectError(cli(['frobnicate']), 'OPTION_INVALID')
    expectError(cli(['set', db]), 'OPTION_INVALID')
    expectError(cli(['set', db, '../a', '--value', '1']), 'KEY_INVALID')
  })

  it('--no-overwrite keeps what is there', () => {
    cli(['set', db, 'a', '--value', '1'])
    expectError(cli(['set', db, 'a', '--value', '2', '--no-overwrite']), 'KEY_EXISTS')
    expect(cliJson('get', db, 'a')).toBe(1)
  })

  it('a missing key names its neighbours', () => {
    cli(['set', db, 'flights', '--value', '1'])
    const run = cli(['get', db, 'flihgts'])
    expectError(run, 'KEY_NOT_FOUND')
    expect(run.stderr).toContain('"flights"')
  })

  it('--out replaces a file as a whole, and nothing where the entry is damaged', () => {
    cli(['set', db, 'a', '--from', file('a.txt', 'value')])
    file('out.txt', 'what was there')
    writeFileSync(path(db, 'a', 'value.txt'), 'VALUE')
    expectError(cli(['get', db, 'a', '--out', 'out.txt']), 'CORRUPT_ENTRY')
    expect(readFileSync(path('out.txt'), 'utf8')).toBe('what was there')
    writeFileSync(path(db, 'a', 'value.txt'), 'value')
    expect(cli(['get', db, 'a', '--out', 'out.txt']).code).toBe(0)
    expect(readFileSync(path('out.txt'), 'utf8')).toBe('value')
    expect(readdirSync(path()).sort()).toEqual(['a.txt', 'db', 'out.txt'])
  })

  it('--json refuses what JSON cannot hold', async () => {
    const store = await DataBase.open(path(db))
    await store.set('m', new Map([[1, 2]]))
    await store.close()
    expectError(cli(['get', db, 'm', '--json']), 'VALUE_REJECTED')
    expect(cli(['get', db, 'm']).stdout).toContain('Map(1)')
  })
})
