/** What cloudpickle writes, ISF's default dumper: plain values and arrays are read, code is refused by its name. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { array } from '../../src/index.js'
import { unpickled } from '../dumpers/pickle-streams.js'
import { tuple } from '../dumpers/samples/pickle.js'
import { temporaryDatabase } from '../dumpers/temporary.js'
import { canImport, python } from './python.js'

const cloudpickle = canImport('cloudpickle', 'numpy')
const reason = cloudpickle ? '' : ` (skipped: ${python} cannot import cloudpickle and numpy)`

const PRELUDE = `
import abc, collections, dataclasses, datetime, decimal, enum, functools, json, sys, types
import cloudpickle, numpy as np
class Neuron:
    def __init__(self): self.v = -70
class Channel(abc.ABC): pass
class Color(enum.Enum): RED = 1
@dataclasses.dataclass
class Cell: tau: float = 1.5
Spike = collections.namedtuple('Spike', 'time cell')
def rate(x): return x + 1
`

/** What cloudpickle makes of an expression, in three protocols. */
function dumped(expression: string): Buffer[] {
  const code = `${PRELUDE}\nprint(json.dumps([cloudpickle.dumps(${expression}, protocol).hex() for protocol in (2, 4, 5)]))`
  const streams: string[] = JSON.parse(execFileSync(python, ['-c', code], { encoding: 'utf8' }))
  return streams.map(hex => Buffer.from(hex, 'hex'))
}

describe.skipIf(!cloudpickle)(`cloudpickle${reason}`, () => {
  it.each([
    [
      "{'a': [1, 2.5, None, True, 'é', 2**70], 't': (1, (2,)), 's': {1}, 'f': frozenset([2]), 'b': b'x', 'e': ...}",
      {
        a: [1, 2.5, null, true, 'é', 2n ** 70n],
        t: tuple(1, tuple(2)),
        s: new Set([1]),
        f: new Set([2]),
        b: Uint8Array.of(120),
        e: '...',
      },
    ],
    [
      "[collections.OrderedDict(b=1, a=2), collections.defaultdict(list, {1: [2]}), decimal.Decimal('1.10')]",
      [{ b: 1, a: 2 }, new Map([[1, [2]]]), '1.10'],
    ],
    ['datetime.datetime(2020, 1, 1)', new Date('2020-01-01T00:00:00Z')],
    ['np.arange(6.0).reshape(2, 3)', array([0, 1, 2, 3, 4, 5], [2, 3])],
    ['np.array([1, "a", None], object)', [1, 'a', null]],
    ["[np.float64(1.5), np.dtype('f8'), memoryview(b'abc')]", [1.5, 'float64', Uint8Array.of(97, 98, 99)]],
  ])('has the value of %s', async (expression, value) => {
    for (const bytes of dumped(expression)) expect(await unpickled(bytes)).toStrictEqual(value)
  })

  it('wrote what is the value of an entry of to_cloudpickle', async () => {
    const db = await temporaryDatabase()
    mkdirSync(db.path('python'))
    const loader = 'data_base.isf_data_base.IO.LoaderDumper.to_cloudpickle'
    writeFileSync(join(db.path('python'), 'Loader.json'), JSON.stringify({ Loader: loader }))
    writeFileSync(join(db.path('python'), 'to_pickle_dump'), dumped('{"x": np.arange(2.0)}')[2]!)
    expect(await db.get('python')).toStrictEqual({ x: array([0, 1]) })
  })

  it.each([
    ['Neuron()', 'the class Neuron,'],
    ['Neuron', 'the class Neuron,'],
    ["{'cells': [Cell()]}", 'the class Cell,'],
    ['Channel', 'the class Channel,'],
    ['Color.RED', 'the class Color,'],
    ["Spike(1, 'a')", 'the class Spike,'],
    ['lambda x: x', 'cloudpickle._make_function'],
    ['rate', 'cloudpickle._make_function'],
    ['collections.defaultdict(lambda: 0, a=1)', 'cloudpickle._make_function'],
    ['functools.partial(rate, 1)', 'functools.partial'],
    ['np', 'cloudpickle.subimport'],
    ["types.MappingProxyType({'a': 1})", 'cloudpickle._builtin_type'],
    ["{'a': 1}.keys()", 'cloudpickle._make_dict_keys'],
    ['np.float32', 'numpy.float32'],
  ])('refuses %s by name', async (expression, named) => {
    for (const bytes of dumped(expression)) {
      await expect(unpickled(bytes)).rejects.toMatchObject({
        code: 'UNSUPPORTED_FORMAT',
        message: expect.stringContaining(named),
      })
    }
  })
})
