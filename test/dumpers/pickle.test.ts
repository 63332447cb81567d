/** What is particular to pickle: nothing is run, memory is bounded by the file, what stands twice is one object. */
import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodePickle } from '../../dumpers/_pickle/decode.js'
import { array, pickle } from '../../src/index.js'
import { pickled, stream, unpickled } from './pickle-streams.js'
import { tuple } from './samples/pickle.js'
import { temporaryDatabase } from './temporary.js'

const ISF = 'data_base.isf_data_base.IO.LoaderDumper.'

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** `np.frombuffer(memory, 'f8')` of the bytes that the memo has under 0. */
const arrayOfMemory = (length: number): Buffer =>
  stream(
    'cnumpy.core.numeric\n_frombuffer\n(h',
    0,
    'cnumpy\ndtype\n(U',
    3,
    '<f8tRJ',
    uint32(length),
    'U',
    1,
    'CtR',
  )

describe('a name in a pickle', () => {
  it.each([
    ['posix', 'system'],
    ['os', 'system'],
    ['builtins', 'eval'],
    ['__builtin__', '__import__'],
    ['__proto__', 'constructor'],
    ['constructor', 'prototype'],
    ['collections', '__proto__'],
    ['builtins', 'toString'],
    ['cloudpickle.cloudpickle', '_make_skeleton_class'],
    ['', ''],
    ['collections.OrderedDict', ''],
  ])('%s.%s is refused by that name, however it is said', async (module, attribute) => {
    const said = `a ${module}.${attribute},`
    const ways = [
      stream(`c${module}\n${attribute}\n(S'x'\ntR.`),
      stream(`(i${module}\n${attribute}\n.`),
      stream(0x80, 4, 0x8c, module.length, module, 0x8c, attribute.length, attribute, 0x93, ')R.'),
    ]
    for (const way of ways) {
      await expect(unpickled(way)).rejects.toMatchObject({
        code: 'UNSUPPORTED_FORMAT',
        message: expect.stringContaining(said),
      })
    }
  })

  it('runs nothing', async () => {
    const mark = join((await temporaryDatabase()).directory, 'mark')
    const command = stream(`cposix\nsystem\n(S'touch ${mark}'\ntR.`)
    await expect(unpickled(command)).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
    expect(existsSync(mark)).toBe(false)
  })

  it('reaches no attribute by getattr but those of the list', async () => {
    const get = (type: string, name: string): Buffer =>
      stream(`cbuiltins\ngetattr\n(c${type}\nS'${name}'\ntR)R.`)
    for (const name of ['__class__', 'constructor', '__subclasses__']) {
      await expect(unpickled(get('collections\nOrderedDict', name))).rejects.toMatchObject({
        code: 'UNSUPPORTED_FORMAT',
      })
    }
  })

  it('may be a key like any other', async () => {
    const value = await unpickled(pickled(JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}')))
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor'])
    expect((value as { x?: unknown }).x).toBeUndefined()
  })
})

describe('a hostile stream', () => {
  it.each([
    ['lists in lists', stream(']'.repeat(100_000), 'a'.repeat(99_999), '.')],
    ['tuples in tuples', stream(')', Buffer.alloc(100_000, 0x85), '.')],
    ['dicts in dicts', stream('}', 'N}'.repeat(50_000), 's'.repeat(50_000), '.')],
    ['marks', stream('('.repeat(100_000), 't'.repeat(100_000), '.')],
  ])('may nest %s 100,000 deep', async (_name, bytes) => {
    let value: unknown = await unpickled(bytes)
    let depth = 0
    while (typeof value === 'object' && value !== null) {
      value = value instanceof Map ? value.get(null) : (value as unknown[])[0]
      depth++
    }
    expect(depth).toBeGreaterThan(49_999)
  })

  it('that doubles what it has a thousand times stays as small as it is', async () => {
    const doubled = stream(
      ']',
      'q',
      0,
      ...Array.from({ length: 1000 }, () => stream('h', 0, 0x86, 'q', 0)),
      '.',
    )
    const value = await unpickled(doubled)
    expect(Array.isArray(value) && value[0] === value[1]).toBe(true)
  })

  it.each([
    ['bytes of 2^48', stream(0x8e, Buffer.of(0, 0, 0, 0, 0, 0, 1, 0), 'x.')],
    ['text of 2^32 - 1 bytes', stream('X', uint32(2 ** 32 - 1), 'x.')],
    ['an int of 2^31 - 1 bytes', stream(0x8b, uint32(2 ** 31 - 1), 'x.')],
    ['an int of negative length', stream(0x8b, uint32(2 ** 32 - 1), 'x.')],
    ['a bytearray of 2^63', stream(0x96, Buffer.of(0, 0, 0, 0, 0, 0, 0, 0x80), 'x.')],
    [
      'an array of 2^30 elements in 8 bytes',
      stream('C', 8, Buffer.alloc(8), 'q', 0, '0', arrayOfMemory(2 ** 30), '.'),
    ],
    [
      'a thousand arrays of one memory',
      stream(
        'B',
        uint32(2 ** 18),
        Buffer.alloc(2 ** 18),
        '0B',
        uint32(2 ** 17),
        Buffer.alloc(2 ** 17),
        'q',
        0,
        '0](',
        ...Array.from({ length: 1000 }, () => arrayOfMemory(2 ** 14)),
        'e.',
      ),
    ],
    [
      'a thousand copies of one list',
      stream(
        '](',
        'N'.repeat(100_000),
        'eq',
        0,
        '0](',
        ...Array.from({ length: 1000 }, () => stream('c__builtin__\ntuple\n(h', 0, 'tR')),
        'e.',
      ),
    ],
    ['no end', stream('](N')],
    ['nothing', stream('')],
    ['an empty stack', stream('.')],
    ['two values', stream('NN.')],
    ['a mark that is left', stream('(N.')],
    ['a mark that is not there', stream('Nt.')],
    ['items for a number', stream('K', 1, 'Na.')],
    ['a key without a value', stream('}(Nu.')],
    ['a value that was not kept', stream('h', 7, '.')],
    ['text that is no UTF-8', stream('X', uint32(2), 0xff, 0xfe, '.')],
    ['a call of a number', stream('K', 1, ')R.')],
    ['arguments that are no tuple', stream('c__builtin__\nset\nNR.')],
    ['an unknown opcode', stream(0xff, '.')],
    ['a float that is none', stream('Fabc\n.')],
    ['a state for None', stream('N}b.')],
  ])('%s is CORRUPT_ENTRY', async (_name, bytes) => {
    await expect(unpickled(bytes)).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })

  it.each([
    ['a persistent reference', stream('P12\n.')],
    ['a persistent reference of the stack', stream('NQ.')],
    ['a number of the extension registry', stream(0x82, 1, '.')],
    ['a buffer that is not there', stream(0x80, 5, 0x97, '.')],
    ['protocol 6', stream(0x80, 6, 'N.')],
    ['a name alone', stream('ccollections\nOrderedDict\n.')],
    ['a state that a dict has not', stream('ccollections\nOrderedDict\n)R}(NNub.')],
  ])('%s is UNSUPPORTED_FORMAT', async (_name, bytes) => {
    await expect(unpickled(bytes)).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
  })

  it('may number its memo as it likes', async () => {
    expect(
      await unpickled(
        stream('Nr', uint32(2 ** 32 - 1), '0(K', 5, 'p999999999999\nj', uint32(2 ** 32 - 1), 'l.'),
      ),
    ).toEqual([5, null])
  })
})

describe('Python 2', () => {
  it.each([
    ['text', stream("S'abc'\n."), 'abc'],
    ['escapes', stream("S'a\\x41\\n\\'\\\\'\n."), "aA\n'\\"],
    ['UTF-8', stream('U', 2, 0xc3, 0xa9, '.'), 'é'],
    ['Latin-1', stream('U', 1, 0xe9, '.'), 'é'],
    ['a replacement character', stream('U', 5, 0xef, 0xbf, 0xbd, 0xc3, 0xa9, '.'), '\ufffdé'],
    ['unicode', stream('V\\u00e9\\U0001f9e0\\u005cu0041\n.'), 'é🧠\\u0041'],
    [
      'long ints',
      stream('(lp0\nL12345678901234567890L\naL-5L\naI01\naI7\na.'),
      [12345678901234567890n, -5, true, 7],
    ],
    ['xrange', stream('c__builtin__\nxrange\n(I0\nI9\nI3\ntR.'), { start: 0, stop: 9, step: 3 }],
    [
      'arrays',
      stream(
        "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I2\ntcnumpy\ndtype\n(S'i2'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS'\\x01\\x00\\xff\\xff'\ntb.",
      ),
      array(Int16Array.of(1, -1)),
    ],
  ])('wrote %s', async (_name, bytes, value) => {
    expect(await unpickled(bytes)).toStrictEqual(value)
  })
})

describe('an entry', () => {
  it.each([
    ['to_pickle', 'to_pickle_dump'],
    ['to_cloudpickle', 'to_pickle_dump'],
    ['pandas_to_pickle', 'pandas_to_pickle.pickle'],
  ])('of %s is read from %s', async (loader, file) => {
    const db = await temporaryDatabase()
    await db.set('first', 1, pickle)
    mkdirSync(db.path('python'))
    writeFileSync(join(db.path('python'), 'Loader.json'), JSON.stringify({ Loader: ISF + loader }))
    writeFileSync(join(db.path('python'), file), pickled({ a: tuple(1, 2) }))
    expect(await db.get('python')).toEqual({ a: [1, 2] })
    rmSync(join(db.path('python'), file))
    await expect(db.get('python')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })

  it('of ours is what Python loads with to_pickle', async () => {
    const db = await temporaryDatabase()
    await db.set('ours', [1], pickle)
    expect(JSON.parse(readFileSync(join(db.path('ours'), 'Loader.json'), 'utf8'))).toEqual({
      Loader: `${ISF}to_pickle`,
    })
    expect(readFileSync(join(db.path('ours'), 'to_pickle_dump')).toString('hex')).toBe(
      '80045d9428' + '4b01' + '652e',
    )
  })

  it('of more bytes than memory holds is refused before it is read', async () => {
    const db = await temporaryDatabase()
    mkdirSync(db.path('python'))
    writeFileSync(join(db.path('python'), 'Loader.json'), JSON.stringify({ Loader: `${ISF}to_pickle` }))
    writeFileSync(join(db.path('python'), 'to_pickle_dump'), 'N.')
    truncateSync(join(db.path('python'), 'to_pickle_dump'), 2 ** 40)
    await expect(db.get('python', pickle)).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining('1099511627776 bytes'),
    })
  })

  it('keeps members that an array does not have', async () => {
    const db = await temporaryDatabase()
    const named = { data: ['a', 'b'], shape: [2], unit: 'mV' }
    await db.set('named', named, pickle)
    expect(await db.get('named', pickle)).toEqual(named)
  })

  it('says where the value is that Python cannot get', async () => {
    const db = await temporaryDatabase()
    await expect(db.set('a', { b: [1, { c: undefined }] }, pickle)).rejects.toThrow('$.b[1].c is undefined')
    await expect(db.set('a', [{ data: ['x\0'], shape: [1] }], pickle)).rejects.toThrow(
      '$[0] is an array that numpy cannot hold',
    )
    await expect(db.set('a', { k: new Map([[[1], 1]]) }, pickle)).rejects.toThrow('$.k has a key')
  })

  it('keeps tuples in tuples that are parts of themselves, and refuses what no Python has', () => {
    const self: unknown[] = []
    self.push(self)
    expect(() => pickled(Object.freeze(self))).toThrow('a part of itself')
  })

  it('an array that is most of the file lies on its memory, wherever it begins', async () => {
    for (let before = 0; before < 9; before++) {
      const numbers = Float64Array.from({ length: 20_000 }, (_, i) => i / 3)
      const bytes = Uint8Array.from(pickled(['x'.repeat(before), Buffer.from('kept'), numbers]))
      const [, kept, found] = (await decodePickle(bytes, 'stream')) as [
        string,
        Uint8Array,
        { data: Float64Array },
      ]
      expect(kept).toEqual(Uint8Array.from(Buffer.from('kept')))
      expect(found.data).toEqual(numbers)
      expect(found.data.buffer).toBe(bytes.buffer)
    }
  })
})
