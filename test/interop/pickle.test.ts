/**
 * Pickles that Python wrote, in every protocol, and pickles for Python. One Python process serves many values; both
 * sides say the same text of the same value, which tells int from float, list from tuple, text from bytes.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { array, type NDArray, structured } from '../../src/index.js'
import { pickled, unpickled } from '../dumpers/pickle-streams.js'
import { ARRAYS } from '../dumpers/samples/fixture-values.js'
import { tuple } from '../dumpers/samples/pickle.js'
import { type Case, cases, elements, expected, ours } from '../properties/array-cases.js'
import { canImport, python } from './python.js'

const numpy = canImport('numpy')
const reason = numpy ? '' : ` (skipped: ${python} cannot import numpy)`
const PROTOCOLS = [0, 1, 2, 3, 4, 5]

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'dirdict-pickle-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

function run(code: string, ...args: string[]): string {
  return execFileSync(python, ['-c', code, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 })
}

/** The value of what a Python expression gives, in each protocol. */
async function fromPython(expression: string, imports = 'numpy as np'): Promise<unknown[]> {
  const code = `import json, pickle, ${imports}; print(json.dumps([pickle.dumps(${expression}, protocol).hex() for protocol in range(6)]))`
  const streams: string[] = JSON.parse(run(code))
  return Promise.all(streams.map(hex => unpickled(Buffer.from(hex, 'hex'))))
}

/** What a Python expression says of `v`, the value of a pickle of ours. */
function told(value: unknown, expression: string): unknown {
  const path = join(folder(), 'ours')
  writeFileSync(path, pickled(value))
  return JSON.parse(
    run(
      `import json, pickle, sys, datetime, numpy as np; v = pickle.load(open(sys.argv[1], 'rb')); print(json.dumps(${expression}))`,
      path,
    ),
  )
}

const TELL = `
import datetime, json, pickle, struct, sys
def tell(v):
    if v is None: return 'N'
    if v is True: return 'T'
    if v is False: return 'F'
    t = type(v)
    if t is int: return f'i{v}'
    if t is float: return 'f' + struct.pack('>d', v).hex()
    if t is str: return 's' + v.encode('utf-16-be', 'surrogatepass').hex()
    if t is bytes: return 'b' + v.hex()
    if t is list: return '[' + ','.join(map(tell, v)) + ']'
    if t is tuple: return '(' + ','.join(map(tell, v)) + ')'
    if t is set: return '<' + ','.join(sorted(map(tell, v))) + '>'
    if t is frozenset: return '|' + ','.join(sorted(map(tell, v))) + '|'
    if t is dict: return '{' + ','.join(tell(k) + ':' + tell(m) for k, m in v.items()) + '}'
    if t is datetime.datetime:
        assert v.tzinfo is datetime.timezone.utc
        return f'd{(v - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(milliseconds=1)}'
    raise TypeError(t)
`

/** The same in JavaScript. */
function tell(v: unknown): string {
  if (v === null) return 'N'
  if (typeof v === 'boolean') return v ? 'T' : 'F'
  if (typeof v === 'bigint') return `i${v}`
  if (typeof v === 'number') return Number.isSafeInteger(v) && !Object.is(v, -0) ? `i${v}` : `f${float(v)}`
  if (typeof v === 'string') return `s${Buffer.from(v, 'utf16le').swap16().toString('hex')}`
  if (v instanceof Uint8Array) return `b${Buffer.from(v).toString('hex')}`
  if (v instanceof Date) return `d${v.getTime()}`
  if (Array.isArray(v)) return Object.isFrozen(v) ? `(${v.map(tell)})` : `[${v.map(tell)}]`
  if (v instanceof Set)
    return Object.isFrozen(v) ? `|${[...v].map(tell).sort()}|` : `<${[...v].map(tell).sort()}>`
  const entries = v instanceof Map ? [...v] : Object.entries(v as object)
  return `{${entries.map(([key, member]) => `${tell(key)}:${tell(member)}`)}}`
}

function float(v: number): string {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(v)
  return Number.isNaN(v) ? '7ff8000000000000' : bytes.toString('hex')
}

const day = 86_400_000
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\ud800', '\udc00', 'a', '\\', '\n', "'", '\0', 'ÿ', '🧠') }),
)
const hashable = fc.letrec(tie => ({
  any: fc.oneof(
    { maxDepth: 3 },
    tie('atom'),
    fc.array(tie('any'), { maxLength: 3 }).map(items => tuple(...items)),
  ),
  atom: fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.bigInt().filter(n => !Number.isSafeInteger(Number(n))),
    fc.double({ noNaN: true }),
    text,
    fc.uint8Array({ maxLength: 20 }).map(bytes => Uint8Array.from(bytes)),
    fc.date({ min: new Date(-719_162 * day), max: new Date(2_932_896 * day), noInvalidDate: true }),
  ),
}))
const keys = fc.uniqueArray(hashable.any, {
  maxLength: 5,
  selector: key => tell(typeof key === 'boolean' ? Number(key) : key),
})
const values = fc.letrec(tie => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    hashable.any,
    fc.constant(Number.NaN),
    fc.array(tie('any'), { maxLength: 6 }),
    fc.array(tie('any'), { maxLength: 4 }).map(items => tuple(...items)),
    fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'constructor', '1')), tie('any'), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
    keys.map(members => new Set(members)),
    keys.map(members => Object.freeze(new Set(members))),
    keys.chain(names =>
      fc
        .array(tie('any'), { minLength: names.length, maxLength: names.length })
        .map(members => dictOf(names, members)),
    ),
  ),
}))

/** As it comes back: a Map whose keys are all text is an object. */
function dictOf(names: readonly unknown[], members: readonly unknown[]): unknown {
  const entries = names.map((name, i): [unknown, unknown] => [name, members[i]])
  return names.every(name => typeof name === 'string') ? Object.fromEntries(entries) : new Map(entries)
}

const exchange = `${TELL}
path, count = sys.argv[1], int(sys.argv[2])
texts = []
for i in range(count):
    with open(f'{path}/{i}', 'rb') as file: v = pickle.load(file)
    texts.append(tell(v))
    for p in range(6):
        with open(f'{path}/{i}.{p}', 'wb') as file: pickle.dump(v, file, p)
with open(f'{path}/texts', 'w') as file: json.dump(texts, file)
`

async function exchanged(batch: readonly unknown[]): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'dirdict-pickle-'))
  try {
    for (const [i, value] of batch.entries()) writeFileSync(`${path}/${i}`, pickled(value))
    run(exchange, path, String(batch.length))
    expect(JSON.parse(readFileSync(`${path}/texts`, 'utf8'))).toEqual(batch.map(tell))
    for (const [i, value] of batch.entries()) {
      for (const protocol of PROTOCOLS) {
        const back = await unpickled(readFileSync(`${path}/${i}.${protocol}`))
        expect(tell(back), `protocol ${protocol}`).toBe(tell(value))
      }
    }
  } finally {
    rmSync(path, { recursive: true })
  }
}

describe.skipIf(!numpy)(`Python's pickle${reason}`, () => {
  it('has the same plain values both ways, in every protocol', { timeout: 240_000 }, async () => {
    await fc.assert(fc.asyncProperty(fc.array(values.any, { minLength: 150, maxLength: 150 }), exchanged), {
      numRuns: 4,
      endOnFailure: true,
    })
  })

  it('has the same arrays both ways, in every protocol', { timeout: 240_000 }, async () => {
    const arrays = fc.array(cases, { minLength: 80, maxLength: 80 })
    await fc.assert(fc.asyncProperty(arrays, arraysExchanged), { numRuns: 3, endOnFailure: true })
  })

  it('gets one object where one stands in several places, and cycles', () => {
    const list: unknown[] = [1]
    const pair = tuple(list)
    list.push(list, pair)
    const both = {
      list,
      again: list,
      pair,
      names: new Set([tuple(1)]),
      array: ARRAYS.float64,
      same: ARRAYS.float64,
    }
    const facts =
      "[v['list'] is v['again'], v['list'][1] is v['list'], v['list'][2] is v['pair'], type(v['pair']).__name__, v['pair'][0] is v['list'], v['array'] is v['same']]"
    expect(told(both, facts)).toEqual([true, true, true, 'tuple', true, true])
  })

  it('gets arrays that it may change, in the dtypes of numpy', () => {
    const facts =
      '[[a.dtype.str, list(a.shape), bool(a.flags.writeable), bool(a.flags.c_contiguous)] for a in v]'
    expect(
      told([array([true, false]), Float32Array.of(1), array(['é', ''], [2]), array([], [0, 3])], facts),
    ).toEqual([
      ['|b1', [2], true, true],
      ['<f4', [1], true, true],
      ['<U1', [2], true, true],
      ['<f8', [0, 3], true, true],
    ])
  })

  it('gets records with their fields', () => {
    const records = structured({
      t: array([0.5, 1.5]),
      x: array(Int16Array.of(1, 2, 3, 4), [2, 2]),
      s: array(['é', 'ab']),
    })
    const facts = "[v.dtype.descr, v['x'].tolist(), v['s'].tolist(), v['t'].tolist()]"
    expect(told(records, facts)).toEqual([
      [
        ['t', '<f8'],
        ['x', '<i2', [2]],
        ['s', '<U2'],
      ],
      [
        [1, 2],
        [3, 4],
      ],
      ['é', 'ab'],
      [0.5, 1.5],
    ])
  })

  it('writes large arrays that are read on the memory of the file', async () => {
    const sines = Float64Array.from({ length: 50_000 }, (_, i) => Math.sin(i))
    for (const value of await fromPython(
      '{"before": b"x" * 3, "sines": np.sin(np.arange(50000.0)).reshape(500, 100)}',
    )) {
      const { sines: found, before } = value as { sines: NDArray; before: Uint8Array }
      expect(before).toEqual(Uint8Array.of(120, 120, 120))
      expect(found.shape).toEqual([500, 100])
      expect(
        isDeepStrictEqual(found.data, sines) || Math.abs(Number(found.data[7]) - Math.sin(7)) < 1e-15,
      ).toBe(true)
    }
  })

  it.each([
    [
      'bytes of every kind',
      '[b"", b"a\\xff", bytearray(b"xy")]',
      [new Uint8Array(0), Uint8Array.of(97, 255), Uint8Array.of(120, 121)],
    ],
    [
      'ints of every size',
      '[0, -1, 255, 65536, 2**31, -2**31 - 1, 2**53 - 1, 2**53, -2**64, 10**400]',
      [0, -1, 255, 65536, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1, 2n ** 53n, -(2n ** 64n), 10n ** 400n],
    ],
    ['floats', '[1.0, -0.0, 0.1, 1e300, float("inf")]', [1, -0, 0.1, 1e300, Number.POSITIVE_INFINITY]],
    ['complex numbers', '1-2j', array([1, -2], [], 'complex128')],
    [
      'ranges and slices',
      '[range(1, 9, 2), slice(None, 3), ...]',
      [{ start: 1, stop: 9, step: 2 }, { start: null, stop: 3, step: null }, '...'],
    ],
    [
      'object arrays',
      '[np.array([1, "a", None, [2]], object), np.array([[1, 2], ["x", None]], object, order="F"), np.array({"a": 1}, object), np.empty((2, 0), object)]',
      [
        [1, 'a', null, [2]],
        [
          [1, 2],
          ['x', null],
        ],
        [{ a: 1 }],
        [[], []],
      ],
    ],
    [
      'scalars of numpy',
      '[np.float64(1.5), np.float32(2), np.int8(-3), np.int64(2**60), np.uint64(5), np.bool_(False), np.str_("é"), np.str_(""), np.bytes_(b"x"), np.float16(0.5)]',
      [1.5, 2, -3, 2n ** 60n, 5, false, 'é', '', Uint8Array.of(120), 0.5],
    ],
    ['texts of numpy as keys', '{np.str_("a"): 1, "b": 2}', { a: 1, b: 2 }],
    [
      'times of numpy',
      '[np.datetime64("2024-01-01"), np.timedelta64(5, "ms")]',
      [array([19723n], [], 'datetime64[D]'), array([5n], [], 'timedelta64[ms]')],
    ],
    [
      'dtypes',
      '[np.dtype("f8"), np.dtype(">i4"), np.dtype("U7"), np.dtype("M8[ns]"), np.dtype(object), np.dtype([("a", "i1")])]',
      ['float64', 'int32', 'str', 'datetime64[ns]', 'object', 'struct'],
    ],
    [
      'byte orders, orders and strides',
      '[np.arange(6, dtype=">u2").reshape(2, 3), np.arange(6.0).reshape(2, 3)[::-1, ::2], np.array(5, ">M8[s]")]',
      [
        array(Uint16Array.of(0, 1, 2, 3, 4, 5), [2, 3]),
        array([3, 5, 0, 2], [2, 2]),
        array([5n], [], 'datetime64[s]'),
      ],
    ],
    [
      'matrices and record arrays',
      '[np.matrix([[1.0, 2.0]]), np.rec.array([(1.0,)], dtype=[("x", "f8")])]',
      [array([1, 2], [1, 2]), structured({ x: array([1]) })],
    ],
    [
      'aligned records',
      'np.array([(1, 2.0)], dtype=np.dtype([("a", "i1"), ("b", "f8")], align=True))',
      structured({ a: Int8Array.of(1), b: Float64Array.of(2) }),
    ],
  ])('%s', async (_name, expression, wanted) => {
    for (const value of await fromPython(expression)) expect(value).toStrictEqual(wanted)
  })

  it.each([
    [
      'dicts of other classes',
      '[c.OrderedDict(b=1, a=2), c.Counter("aab"), c.defaultdict(list, {1: [2]})]',
      'collections as c',
      [{ b: 1, a: 2 }, { a: 2, b: 1 }, new Map([[1, [2]]])],
    ],
    ['queues', 'c.deque([1, 2, 3], 2)', 'collections as c', [2, 3]],
    [
      'decimal numbers and fractions',
      '[decimal.Decimal("1.10"), decimal.Decimal("NaN"), fractions.Fraction(1, 3)]',
      'decimal, fractions',
      ['1.10', 'NaN', '1/3'],
    ],
    [
      'UUIDs and paths',
      '[uuid.UUID(int=2**100), paths.PurePosixPath("/a/b"), paths.PurePosixPath("x"), paths.PureWindowsPath("C:/a/b"), paths.PurePosixPath()]',
      'uuid, pathlib as paths',
      ['00000010-0000-0000-0000-000000000000', '/a/b', 'x', 'C:\\a\\b', '.'],
    ],
    [
      'dates',
      '[d.datetime(2024, 2, 29, 1, 2, 3, 4000), d.date(1, 1, 1), d.datetime(2024, 1, 1, tzinfo=d.timezone(d.timedelta(hours=2)))]',
      'datetime as d',
      [
        new Date('2024-02-29T01:02:03.004Z'),
        new Date('0001-01-01T00:00:00Z'),
        new Date('2023-12-31T22:00:00Z'),
      ],
    ],
    [
      'moments and spans of microseconds',
      '[d.datetime(1969, 12, 31, 23, 59, 59, 999999), d.timedelta(-1, 2, 3)]',
      'datetime as d',
      [array([-1n], [], 'datetime64[us]'), array([-86_397_999_997n], [], 'timedelta64[us]')],
    ],
    [
      'times of day',
      '[d.time(1, 2, 3), d.time(1, 2, 3, 4, d.timezone.utc)]',
      'datetime as d',
      ['01:02:03', '01:02:03.000004+00:00'],
    ],
    [
      'zones by name',
      '[d.datetime(2024, 7, 1, 12, tzinfo=z.ZoneInfo("Europe/Berlin")), d.datetime(2024, 1, 1, 12, tzinfo=z.ZoneInfo("America/New_York")), d.datetime(2024, 3, 31, 2, 30, tzinfo=z.ZoneInfo("Europe/Berlin")), z.ZoneInfo("UTC")]',
      'datetime as d, zoneinfo as z',
      [
        new Date('2024-07-01T10:00:00Z'),
        new Date('2024-01-01T17:00:00Z'),
        new Date('2024-03-31T01:30:00Z'),
        'UTC',
      ],
    ],
  ])('%s', async (_name, expression, imports, wanted) => {
    for (const value of await fromPython(expression, imports)) expect(value).toStrictEqual(wanted)
  })

  it('has thousands of records, each by itself', async () => {
    const expression = "list(np.ones(6000, dtype=[(f'f{i}', 'i1') for i in range(20)]))"
    for (const records of await fromPython(expression)) {
      expect(records).toHaveLength(6000)
      expect((records as NDArray[])[5999]?.fields?.get('f19')?.data).toEqual(Int8Array.of(1))
    }
  })

  it('shows the second of two equal times of the clock, where the protocol tells', async () => {
    const found = await fromPython(
      'd.datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=z.ZoneInfo("Europe/Berlin"))',
      'datetime as d, zoneinfo as z',
    )
    expect(found.slice(4)).toEqual([new Date('2024-10-27T01:30:00Z'), new Date('2024-10-27T01:30:00Z')])
  })

  it('reads buffers that lie outside of the stream', async () => {
    const code =
      'import json, pickle, numpy as np; b = []; s = pickle.dumps([np.arange(3.0), 1], 5, buffer_callback=b.append); print(json.dumps([s.hex(), [x.raw().tobytes().hex() for x in b]]))'
    const [main, outside]: [string, string[]] = JSON.parse(run(code))
    const buffers = outside.map(hex => Buffer.from(hex, 'hex'))
    expect(await unpickled(Buffer.from(main, 'hex'), buffers)).toEqual([array([0, 1, 2]), 1])
    await expect(unpickled(Buffer.from(main, 'hex'))).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
  })

  it.each([
    ['len', 'numpy as np', /builtin(s|__)\.len/],
    ['os.system', 'os', /posix\.system/],
    ['np.ma.array([1])', 'numpy as np', /numpy\.ma\.core\._mareconstruct/],
    ['np.random.RandomState(0)', 'numpy as np', /numpy\.random/],
    ['np.zeros(2, [("a", "O")])', 'numpy as np', /records with Python objects/],
    ['np.longdouble(1)', 'numpy as np', /f16|f12/],
    ['np.array([1], "g")', 'numpy as np', /f16|f12/],
    ['c.OrderedDict', 'collections as c', /a reference to collections\.OrderedDict/],
    ['a.Namespace(x=1)', 'argparse as a', /argparse\.Namespace/],
    ['ValueError("no")', 'numpy as np', /exceptions\.ValueError|builtins\.ValueError/],
  ])('names what it does not read: %s', async (expression, imports, named) => {
    const code = `import json, pickle, ${imports}; print(json.dumps([pickle.dumps([1, {'a': ${expression}}], p).hex() for p in (0, 2, 4, 5)]))`
    for (const hex of JSON.parse(run(code)) as string[]) {
      const failure = await unpickled(Buffer.from(hex, 'hex')).then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(failure).toMatchObject({ code: 'UNSUPPORTED_FORMAT', message: expect.stringMatching(named) })
    }
  })
})

const arrayExchange = `
import json, pickle, sys
import numpy as np
path, faults = sys.argv[1], []
for i, one in enumerate(json.load(open(path + '/cases.json'))):
    a = np.frombuffer(bytes.fromhex(one['hex']), dtype=one['descr']).reshape(one['shape'])
    b = pickle.load(open(f'{path}/{i}', 'rb'))
    if (a.dtype.str, a.shape, a.tobytes('C')) != (b.dtype.str, b.shape, b.tobytes('C')): faults.append(i)
    if one['fortran'] and a.ndim: a = np.asfortranarray(a)
    if one['bigEndian']: a = a.astype(a.dtype.newbyteorder('>'))
    for p in range(6):
        with open(f'{path}/{i}.{p}', 'wb') as file: pickle.dump(a, file, p)
print(json.dumps(faults))
`

async function arraysExchanged(batch: readonly Case[]): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'dirdict-pickle-'))
  try {
    for (const [i, one] of batch.entries()) writeFileSync(`${path}/${i}`, pickled(ours(one)))
    const told = batch.map(({ shape, descr, fortran, bigEndian, bytes }) => {
      return { shape, descr, fortran, bigEndian, hex: Buffer.from(bytes).toString('hex') }
    })
    writeFileSync(`${path}/cases.json`, JSON.stringify(told))
    expect(JSON.parse(run(arrayExchange, path))).toEqual([])
    for (const [i, one] of batch.entries()) {
      for (const protocol of PROTOCOLS) {
        const back = (await unpickled(readFileSync(`${path}/${i}.${protocol}`))) as NDArray
        expect(back.shape).toEqual(one.shape)
        expect(elements(back), `${one.descr} in protocol ${protocol}`).toEqual(expected(one))
      }
    }
  } finally {
    rmSync(path, { recursive: true })
  }
}
