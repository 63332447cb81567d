/**
 * Files that numpy wrote, and files for numpy: values at the limits of their dtypes, and the database of Python's ISF.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ndarray } from '../../dumpers/ndarray.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import { array, type NDArray, structured, toNested } from '../../src/ndarray.js'
import { canImport, python } from './python.js'

const shared = fileURLToPath(new URL('../../../shared/data/', import.meta.url))
const present = existsSync(`${shared}isf-database`)
const numpy = canImport('numpy')

interface Expected {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly sha256_c_order_little_endian: string
}

function inCOrder<T>({ shape, stride, offset }: NDArray, at: (place: number) => T): T[] {
  const places = shape.reduce(
    (found, n, axis) =>
      found.flatMap(place => Array.from({ length: n }, (_, i) => place + i * stride[axis]!)),
    [offset],
  )
  return places.map(at)
}

/** The bytes of the elements in C order, little-endian, strings `width` bytes wide. */
function rawBytes(a: NDArray, width: number): Buffer {
  const { data } = a
  const item = (place: number): Buffer => {
    if (!Array.isArray(data)) return Buffer.from(data.buffer, data.byteOffset + place * width, width)
    const value = data[place]!
    if (typeof value !== 'string') return Buffer.concat([value, Buffer.alloc(width - value.length)])
    const points = Uint32Array.from([...value].map(character => character.codePointAt(0)!))
    return Buffer.concat([new Uint8Array(points.buffer), Buffer.alloc(width - points.byteLength)])
  }
  return Buffer.concat(inCOrder(a, item))
}

describe.skipIf(!present)(
  `the arrays of an ISF database${present ? '' : ' (skipped: ../shared/data is absent)'}`,
  () => {
    const all = present
      ? (JSON.parse(readFileSync(`${shared}isf-database.expected.json`, 'utf8')) as Record<string, Expected>)
      : {}
    const arrays = Object.entries(all).filter(([key]) => existsSync(`${shared}isf-database/${key}/np.npy`))

    it('are at least two dozen', () => {
      expect(arrays.length).toBeGreaterThanOrEqual(24)
    })

    it.each(arrays)('%s has the elements that Python saw', async (key, expected) => {
      const a = await ndarray.load(new EntryReadFolder(`${shared}isf-database/${key}`, key), {}, {})
      const [, kind, size] = /^[<>|](\w)(\d+)/.exec(expected.dtype)!
      const bytes = rawBytes(a, kind === 'U' ? Number(size) * 4 : Number(size))
      expect(a.shape).toEqual(expected.shape)
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(expected.sha256_c_order_little_endian)
    })
  },
)

describe.skipIf(!numpy)(`numpy${numpy ? '' : ` (skipped: ${python} cannot import it)`}`, () => {
  function temporary(): string {
    const folder = mkdtempSync(`${tmpdir()}/dirdict-numpy-`)
    onTestFinished(() => rmSync(folder, { recursive: true }))
    return folder
  }
  async function written(expression: string): Promise<NDArray> {
    const folder = temporary()
    execFileSync(python, ['-c', `import numpy as np; np.save('${folder}/np.npy', ${expression})`])
    return ndarray.load(new EntryReadFolder(folder, 'a'), {}, {})
  }
  async function readByNumpy(a: NDArray, expression: string): Promise<unknown> {
    const folder = temporary()
    await ndarray.dump(a, new EntryWriteFolder(folder, 'a', { durable: false }), {})
    const code = `import json, numpy as np; a = np.load('${folder}/np.npy', allow_pickle=False); print(json.dumps(${expression}))`
    return JSON.parse(execFileSync(python, ['-c', code], { encoding: 'utf8' }))
  }

  it('gives 64-bit integers to their last digit', async () => {
    const i8 = await written('np.array([2**53 + 1, -2**63, 2**63 - 1])')
    expect(i8).toMatchObject({
      dtype: 'int64',
      data: BigInt64Array.of(2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n),
    })
    const u8 = await written("np.array([2**64 - 1], '>u8')")
    expect(u8).toMatchObject({ dtype: 'uint64', data: BigUint64Array.of(2n ** 64n - 1n) })
  })

  it('gives NaN with its payload, -0 and infinities', async () => {
    const a = await written("np.frombuffer(bytes.fromhex('010000000000f07f'), 'f8')")
    expect(rawBytes(a, 8).toString('hex')).toBe('010000000000f07f')
    expect((await written('np.array([-0.0, np.inf, -np.inf])')).data).toEqual(
      Float64Array.of(-0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    )
  })

  it('gives strings of other byte order, and characters beyond 16 bits', async () => {
    const a = await written("np.array([['ö', '😀x'], ['', 'a\\0b']], '>U3')")
    expect(a).toMatchObject({ dtype: 'str', shape: [2, 2], data: ['ö', '😀x', '', 'a\0b'] })
  })

  it('gives times with their units, and NaT as the smallest number', async () => {
    const a = await written("np.array(['2024-02-29', 'NaT'], 'M8[25s]')")
    expect(a).toMatchObject({ dtype: 'datetime64[25s]', data: BigInt64Array.of(68366592n, -(2n ** 63n)) })
    expect(await written("np.zeros(1, 'm8')")).toMatchObject({ dtype: 'timedelta64' })
  })

  it('gives headers of versions 2 and 3', async () => {
    const folder = temporary()
    for (const version of ['(2, 0)', '(3, 0)']) {
      const code = `import numpy as np; np.lib.format.write_array(open('${folder}/np.npy', 'wb'), np.arange(3), ${version})`
      execFileSync(python, ['-c', code])
      const a = await ndarray.load(new EntryReadFolder(folder, 'a'), {}, {})
      expect(a.data).toEqual(BigInt64Array.of(0n, 1n, 2n))
    }
  })

  it('gives every true as 1, whatever the byte', async () => {
    const a = await written("np.array([0, 1, 2, 255], 'u1').view('bool')")
    expect(a).toMatchObject({ dtype: 'bool', data: Uint8Array.of(0, 1, 1, 1) })
  })

  it('gives records by their fields, with titles, bytes between them and other orders of bytes', async () => {
    const dtype =
      "[(('A title', 'a'), '>f8', (2,)), ('é', [('x', 'S3'), ('y', '>U2')]), ('ok', 'bool'), ('last', '<i4')]"
    const values = "[(([1, 2]), (b'ab', 'é😀'), True, -1), (([3, 4]), (b'', ''), False, 7)]"
    for (const align of ['False', 'True']) {
      const a = await written(`np.array(${values}, np.dtype(${dtype}, align=${align}))`)
      expect(toNested(a)).toEqual([
        { a: [1, 2], é: { x: Uint8Array.from(Buffer.from('ab')), y: 'é😀' }, ok: true, last: -1 },
        { a: [3, 4], é: { x: new Uint8Array(0), y: '' }, ok: false, last: 7 },
      ])
    }
  })

  const refused = [
    "np.array([1, 'a', None], dtype=object)",
    "np.zeros(2, [('a', 'f8'), ('b', 'O')])",
    "np.zeros(2, [('a', 'f8'), ('b', 'V3')])",
    "np.zeros(2, 'V7')",
    "np.zeros(2, 'g')",
    "np.zeros(2, 'G')",
  ]
  it.each(refused)('is told by name which dtype has no form here: %s', async expression => {
    await expect(written(expression)).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      details: { file: 'np.npy' },
    })
  })

  it('reads records of ours as a recarray', async () => {
    const cells = structured([
      ['t', array([0.5, 1.5])],
      ['p', array([1, 2, 3, 4], [2, 2], 'float32')],
      ['name', array(['soma', 'é'])],
    ])
    expect(
      await readByNumpy(cells, "[a.dtype.descr, a['t'].tolist(), a[1]['p'].tolist(), a['name'].tolist()]"),
    ).toEqual([
      [
        ['t', '<f8'],
        ['p', '<f4', [2]],
        ['name', '<U4'],
      ],
      [0.5, 1.5],
      [3, 4],
      ['soma', 'é'],
    ])
  })

  it('reads times, strings, byte strings and single numbers of ours', async () => {
    expect(await readByNumpy(array([0n, 86400n], [2], 'datetime64[1s]'), '[a.dtype.str, str(a[1])]')).toEqual(
      ['<M8[s]', '1970-01-02T00:00:00'],
    )
    expect(await readByNumpy(array(['ö😀', ''], [1, 2]), '[a.dtype.str, a.tolist()]')).toEqual([
      '<U2',
      [['ö😀', '']],
    ])
    const lone = '\ud800'
    expect(await readByNumpy(array([lone]), '[ord(x) for x in a.tolist()]')).toEqual([0xd800])
    expect(await readByNumpy(array([], [0, 3], 'str'), '[a.dtype.str, a.shape]')).toEqual(['<U1', [0, 3]])
    expect(await readByNumpy(array([], [0, 3], 'bytes'), '[a.dtype.str, a.shape]')).toEqual(['|S1', [0, 3]])
    expect(await readByNumpy(array([3.5], []), '[a.shape, a.item()]')).toEqual([[], 3.5])
  })
})
