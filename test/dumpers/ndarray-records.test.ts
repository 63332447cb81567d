/** Structured arrays: one array for each field here, packed records in the file. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { array, get, type NDArray, structured, toNested, transpose, view } from '../../src/index.js'
import { directory, dumped, load } from './npy-scratch.js'

const cells = structured([
  ['time', array([0.5, 1.5, 2.5])],
  ['id', array(Uint8Array.of(1, 2, 3))],
  ['name', array(['soma', 'dendrite', '漢🧠'])],
  [
    'position',
    array(
      Float32Array.from({ length: 9 }, (_, i) => i),
      [3, 3],
    ),
  ],
  [
    '0',
    structured({
      when: array([1n, 2n, 3n], [3], 'datetime64[us]'),
      z: array([1, 2, 3, 4, 5, 6], [3], 'complex64'),
    }),
  ],
])

/** A file with the header `descr` and `shape`, and with `data` behind it. */
function npy(descr: string, shape: string, data: Uint8Array, order = 'False'): string {
  const path = directory()
  mkdirSync(path, { recursive: true })
  const text = Buffer.from(`{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`)
  const prefix = Buffer.from('\x93NUMPY\x03\x00\x00\x00\x00\x00', 'latin1')
  prefix.writeUInt32LE(text.length, 8)
  writeFileSync(`${path}/np.npy`, Buffer.concat([prefix, text, data]))
  return path
}

const header = (path: string): string => {
  const bytes = readFileSync(`${path}/np.npy`)
  return bytes.toString('utf8', 10, bytes.indexOf('\n'))
}

describe('records', () => {
  it('come back field by field, in order, as elements, and in part', async () => {
    const path = await dumped(cells)
    expect(header(path).trimEnd()).toBe(
      "{'descr': [('time', '<f8'), ('id', '|u1'), ('name', '<U8'), ('position', '<f4', (3,)), " +
        "('0', [('when', '<M8[us]'), ('z', '<c8')])], 'fortran_order': False, 'shape': (3,), }",
    )
    const back = await load(path)
    expect(back).toEqual(cells)
    expect([...(back.fields ?? [])].map(([name]) => name)).toEqual(['time', 'id', 'name', 'position', '0'])
    expect(get(back, -1)).toEqual({
      time: 2.5,
      id: 3,
      name: '漢🧠',
      position: [6, 7, 8],
      0: { when: 3n, z: [5, 6] },
    })
    expect(await load(path, { rows: [1, 2] })).toMatchObject({ shape: [1], dtype: 'struct' })
    expect(toNested(await load(path, { slice: [[null, null, -2]] }))).toEqual(
      toNested(view(cells, [[null, null, -2]])),
    )
    expect(toNested(await load(path, { slice: [1] }))).toEqual(get(cells, 1))
  })

  it('may have fields that lie anyhow in memory', async () => {
    const grid = array(
      Int16Array.from({ length: 24 }, (_, i) => i),
      [4, 3, 2],
    )
    const odd = structured({
      turned: transpose(grid),
      backwards: view(array(Float64Array.of(1, 2)), [[null, null, -1]]),
    })
    expect(odd.shape).toEqual([2])
    const back = await load(await dumped(odd))
    expect(back.fields?.get('turned')?.stride).toEqual([12, 4, 1])
    expect(toNested(back)).toEqual(toNested(odd))
  })

  it('of any number of axes, none included, and of no elements, come back', async () => {
    for (const shape of [[], [0], [2, 0, 3], [1, 2, 1]]) {
      const count = shape.reduce((product, n) => product * n, 1)
      const value = structured(
        { a: array(new Int8Array(count), shape), b: array(new Float64Array(count * 2), [...shape, 2]) },
        shape,
      )
      expect(await load(await dumped(value))).toEqual(value)
    }
  })

  it('of several blocks are written and read in bounded pieces', async () => {
    const count = 700_001
    const value = structured([
      ['a', array(Float64Array.from({ length: count }, (_, i) => i))],
      [
        'b',
        array(
          Uint8Array.from({ length: count * 3 }, (_, i) => i % 251),
          [count, 3],
        ),
      ],
    ])
    const path = await dumped(value)
    const back = await load(path)
    for (const name of ['a', 'b']) {
      const [theirs, ours] = [back.fields?.get(name)?.data, value.fields.get(name)?.data] as Uint8Array[]
      expect(Buffer.from(theirs!.buffer).equals(Buffer.from(ours!.buffer))).toBe(true)
    }
    const part = await load(path, { slice: [[5, null, 1000]] })
    expect(part.fields?.get('a')?.data).toEqual(Float64Array.from({ length: 700 }, (_, i) => 5 + i * 1000))
  })

  it('in Fortran order keep it in each field', async () => {
    const data = Uint8Array.from({ length: 18 }, (_, i) => i)
    const back = await load(npy("[('a', '|u1'), ('b', '|u1', (2,))]", '(2, 3)', data, 'True'))
    expect(back.fields?.get('a')).toMatchObject({ data: Uint8Array.of(0, 3, 6, 9, 12, 15), stride: [1, 2] })
    expect(back.fields?.get('b')).toMatchObject({ shape: [2, 3, 2], stride: [2, 4, 1] })
    expect(toNested(back)).toEqual(
      [0, 3].map(first => [0, 6, 12].map(n => ({ a: n + first, b: [n + first + 1, n + first + 2] }))),
    )
  })

  it('may have titles, and bytes between their fields', async () => {
    const data = Uint8Array.of(1, 99, 2, 0, 3, 99, 4, 0)
    const back = await load(npy("[(('A title', 'a'), '|u1'), ('', '|V1'), ('b', '<u2')]", '(2,)', data))
    expect(toNested(back)).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ])
  })

  it('have names of any characters, which come back as they were', async () => {
    const names = [
      "it's",
      '"',
      `'"`,
      '\\',
      'a\nb\t',
      'é',
      '漢',
      '🧠',
      '\u200b\u00a0',
      '\ud800',
      '__proto__',
      '\0x',
    ]
    const value = structured(names.map((name, i) => [name, array([i])] as const))
    const path = await dumped(value)
    expect(readFileSync(`${path}/np.npy`)[6]).toBe(3)
    expect([...((await load(path)).fields ?? [])].map(([name]) => name)).toEqual(names)
    const latin = await dumped(structured({ é: array([1]) }))
    expect(readFileSync(`${latin}/np.npy`)[6]).toBe(1)
    expect(await load(latin)).toEqual(structured({ é: array([1]) }))
  })

  it('are refused for empty fields with axes that nothing reads', async () => {
    const empty = array(new Float64Array(0), [2, 0, 2 ** 40])
    const value = structured({ t: array([1, 2]), empty })
    await expect(dumped(value)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
  })
})

describe('a header of records', () => {
  const nested = (levels: number): string => `${"[('a', ".repeat(levels)}'|u1'${')]'.repeat(levels)}`
  const corrupt: [string, string][] = [
    ['has one name twice', "[('a', '|u1'), ('a', '|u1')]"],
    ['has a name as another title', "[('a', '|u1'), (('a', 'b'), '|u1')]"],
    ['has a name that is a number', "[(1, '|u1')]"],
    ['has a field that is no tuple', "['a', '|u1']"],
    ['has a field of one member', "[('a',)]"],
    ['has a title of three', "[(('a', 'b', 'c'), '|u1')]"],
    ['has a field of an unknown dtype', "[('a', '<f3')]"],
    ['has a shape that is no tuple', "[('a', '|u1', 3)]"],
    ['has a shape of fractions', "[('a', '|u1', (1.5,))]"],
    ['has a negative shape', "[('a', '|u1', (-1,))]"],
    ['has a shape of too many axes', `[('a', '|u1', (${'1, '.repeat(33)}))]`],
    ['has more bytes than numpy counts', "[('a', '|u1', (2147483647,)), ('b', '|u1')]"],
    ['has an empty axis beside enormous ones', "[('a', '|u1', (0, 2147483647, 2147483647)), ('b', '|u1')]"],
    ['is nested thousands of levels deep', nested(20_000)],
    ['is no list but a tuple', "('<f8', (2,))"],
  ]
  it.each(corrupt)('that %s is a corrupt entry', async (_, descr) => {
    await expect(load(npy(descr, '(1,)', new Uint8Array(2)))).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })

  const unsupported: [string, string][] = [
    ['has no field', '[]'],
    ['has nothing but bytes between fields', "[('', '|V2')]"],
    ['has a field of raw bytes', "[('a', '|V2')]"],
    ['has a field of objects', "[('a', '|O')]"],
    ['has a field without a name', "[('', '<u2')]"],
    ['has fields without a byte', "[('a', '<f8', (0,))]"],
    ['has strings without width', "[('a', '<U0', (1000000,)), ('b', '<u2')]"],
    ['is nested deeper than arrays here', nested(17)],
  ]
  it.each(unsupported)('that %s is an unsupported format', async (_, descr) => {
    await expect(load(npy(descr, '(1,)', new Uint8Array(2)))).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
    })
  })

  it('is read down to the deepest level that arrays here have, and with tens of thousands of fields', async () => {
    let deepest: NDArray = await load(npy(nested(16), '(1,)', Uint8Array.of(7)))
    for (let level = 0; level < 16; level++) deepest = deepest.fields!.get('a')!
    expect(deepest.data).toEqual(Uint8Array.of(7))
    const count = 40_000
    const fields = Array.from({ length: count }, (_, i) => `('${i}', '|u1')`).join(', ')
    const back = await load(
      npy(
        `[${fields}]`,
        '(2,)',
        Uint8Array.from({ length: 2 * count }, (_, i) => i % 100),
      ),
    )
    expect(back.fields?.size).toBe(count)
    expect(back.fields?.get('123')?.data).toEqual(Uint8Array.of(23, 23))
  })

  it('whose records do not fill the file is a corrupt entry', async () => {
    for (const bytes of [5, 7]) {
      const path = npy("[('a', '<u2'), ('b', '|u1')]", '(2,)', new Uint8Array(bytes))
      await expect(load(path)).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    }
  })
})

describe('records are refused', () => {
  it.each([
    ['for a field that numpy could not give back', structured({ a: array(['ends in NUL\0']) })],
    ['for records without a byte', structured({ a: array(new Float64Array(0), [2, 0]) }, [2])],
    ['for more axes than numpy takes', structured({ a: array([1], Array<number>(33).fill(1)) }, [1])],
    [
      'for more fields than a header holds',
      structured(Array.from({ length: 80_000 }, (_, i) => [`${i}`, array([i])] as const)),
    ],
  ])('%s', async (_, value) => {
    await expect(dumped(value)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
  })
})
