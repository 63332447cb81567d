/** Arrays that are stored block after block, while nobody knows how many will come. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { encode } from '../../dumpers/_npy/encode.js'
import { ndarray } from '../../dumpers/ndarray.js'
import type { LateHead } from '../../src/dumper.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import { type ArrayInput, array, DataBase, structured, transpose } from '../../src/index.js'
import { toNDArray } from '../../src/ndarray.js'
import { listFiles } from '../../src/testing/raw-disk.js'
import { directory, dumped, load } from './npy-scratch.js'
import { temporaryDatabase } from './temporary.js'

const numbers = (count: number, first = 0): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => first + i)

/** Gives `values`, and tells in `told` how it came to its end. */
async function* generated(values: readonly unknown[], told: string[] = []): AsyncGenerator<ArrayInput> {
  try {
    for (const value of values) yield value as ArrayInput
    told.push('finished')
  } finally {
    told.push('ended')
  }
}

const fileOf = (value: ArrayInput): Buffer => Buffer.concat([...encode(toNDArray(value))])

describe('blocks', () => {
  const pairs = (from: number, to: number): ArrayInput =>
    structured([
      ['t', array(numbers(to - from, from))],
      ['p', array(numbers((to - from) * 2, from * 2), [to - from, 2])],
    ])

  it.each<[string, readonly ArrayInput[], ArrayInput]>([
    ['typed arrays', [numbers(3), numbers(4, 3)], numbers(7)],
    ['one block', [array(numbers(6), [2, 3])], array(numbers(6), [2, 3])],
    ['rows one by one', [0, 1, 2].map(i => array(numbers(2, i * 2), [1, 2])), array(numbers(6), [3, 2])],
    ['blocks without rows', [numbers(0), numbers(5), numbers(0)], numbers(5)],
    ['no rows at all', [array(numbers(0), [0, 4])], array(numbers(0), [0, 4])],
    [
      'rows without elements',
      [array(numbers(0), [3, 0]), array(numbers(0), [4, 0])],
      array(numbers(0), [7, 0]),
    ],
    ['views', [transpose(array(numbers(6), [2, 3]))], array([0, 3, 1, 4, 2, 5], [3, 2])],
    ['records', [pairs(0, 2), pairs(2, 7)], pairs(0, 7)],
    [
      'one unit by two names',
      [array([1n], [1], 'datetime64[1s]'), array([2n], [1], 'datetime64[s]')],
      array([1n, 2n], [2], 'datetime64[s]'),
    ],
    [
      'small and large ones',
      [numbers(5), numbers(20_000, 5), numbers(7, 20_005), numbers(300_000, 20_012)],
      numbers(320_012),
    ],
  ])('make the file of the whole: %s', async (_, blocks, whole) => {
    const path = await dumped(generated(blocks))
    expect(readFileSync(`${path}/np.npy`).equals(fileOf(whole))).toBe(true)
    expect(await load(path)).toEqual(await load(await dumped(whole)))
  })

  it('may lie in memory that is used again for the next', async () => {
    for (const size of [10, 100_000]) {
      const path = await dumped(
        (async function* () {
          const memory = new Float64Array(size)
          for (let block = 0; block < 5; block++) yield memory.fill(block)
        })(),
      )
      const { data } = await load(path)
      expect([0, 1, 2, 3, 4].map(block => data[block * size + size - 1])).toEqual([0, 1, 2, 3, 4])
    }
  })

  it('are asked for one at a time: no more than a MiB of small ones waits to be written', async () => {
    const [size, count] = [8000, 3000]
    let [written, most] = [0, 0]
    async function* rows(): AsyncGenerator<ArrayInput> {
      for (let row = 0; row < count; row++) {
        most = Math.max(most, row * size - written)
        yield array(new Float64Array(size / 8).fill(row), [1, size / 8])
      }
    }
    const folder = new EntryWriteFolder(directory(), 'a', { durable: false })
    const counting = Object.assign(Object.create(folder) as typeof folder, {
      write: (file: string, data: AsyncIterable<Uint8Array>, head: LateHead) => {
        async function* counted(): AsyncGenerator<Uint8Array> {
          for await (const piece of data) {
            yield piece
            written += piece.length
          }
        }
        return folder.write(file, counted(), head)
      },
    })
    await ndarray.dump(rows(), counting, {})
    expect(written).toBe(size * count)
    expect(most).toBeLessThanOrEqual(2 ** 20 + size)
  })

  it('are read back through the database, with a record that fits', async () => {
    const db = await temporaryDatabase()
    await db.set('a', generated([numbers(400_000), numbers(3)]), ndarray)
    expect((await db.get('a', ndarray, { rows: [400_000, 400_003] })).data).toEqual(numbers(3))
    expect((await db.verify()).problems).toEqual([])
    const again = await DataBase.open(db.directory, { readonly: true })
    expect((await again.get('a', ndarray, { verify: true })).shape).toEqual([400_003])
  })

  it('are taken where the dumper is named, and only there', async () => {
    expect(ndarray.check(generated([]))).toBe(true)
    const db = await temporaryDatabase()
    await expect(db.set('a', generated([numbers(1)]))).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
  })
})

describe('blocks are refused', () => {
  const refused: readonly [string, readonly unknown[], RegExp][] = [
    ['where there is none', [], /no block at all/],
    ['for a block that is no array', [numbers(1), 'text'], /block 1: .*no array/],
    ['for a first block that is no array', [{}], /block 0: .*no array/],
    ['for another dtype', [numbers(1), Float32Array.of(1)], /block 1 has the dtype '<f4'; block 0 has '<f8'/],
    [
      'for another unit',
      [array([1n], [1], 'datetime64[s]'), array([1n], [1], 'datetime64[ms]')],
      /block 1 has the dtype/,
    ],
    [
      'for other fields',
      [structured({ a: numbers(1) }), structured({ b: numbers(1) })],
      /block 1 has the dtype/,
    ],
    [
      'for rows of another shape',
      [array(numbers(4), [2, 2]), array(numbers(3), [1, 3])],
      /block 1 has rows of shape \[3\]; block 0 has those of shape \[2\]/,
    ],
    ['for rows of more axes', [numbers(2), array(numbers(2), [2, 1])], /block 1 has rows of shape \[1\]/],
    ['for a single element', [numbers(1), array([1], [])], /block 1 is a single element/],
    ['for a first single element', [array([1], [])], /block 0 is a single element/],
    ['for strings', [array(['a'])], /block 0 holds strings.*width.*one array/],
    ['for byte strings', [array([Uint8Array.of(1)])], /holds strings/],
    ['for records of strings', [structured({ a: array(['a']) })], /holds strings/],
    [
      'for booleans other than 0 and 1',
      [array([true]), { data: Uint8Array.of(2), shape: [1], dtype: 'bool' }],
      /only 0 and 1/,
    ],
  ]
  it.each(refused)('%s', async (_, blocks, message) => {
    const db = await temporaryDatabase()
    await db.set('kept', 1)
    const told: string[] = []
    const setting = db.set('kept', generated(blocks, told), ndarray)
    await expect(setting).rejects.toMatchObject({
      code: 'VALUE_REJECTED',
      message: expect.stringMatching(message),
    })
    expect(told.at(-1)).toBe('ended')
    expect(await db.get('kept')).toBe(1)
    await db.close()
    expect(listFiles(db.directory).filter(file => !file.startsWith('kept/'))).toEqual(['db_state.json'])
  })
})

describe('the generator of blocks', () => {
  it('that fails, fails the set with its error', async () => {
    const db = await temporaryDatabase()
    const fault = new Error('the simulation has diverged')
    async function* diverging(): AsyncGenerator<ArrayInput> {
      yield numbers(3)
      throw fault
    }
    await expect(db.set('a', diverging(), ndarray)).rejects.toBe(fault)
    expect(await db.has('a')).toBe(false)
  })

  it('that fails is not told to end, and what it says then does not hide why', async () => {
    const fault = new Error('the simulation has diverged')
    let told = 0
    const failing: AsyncIterable<ArrayInput> = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(fault),
        return: () => {
          told++
          return Promise.reject(new Error('closed already'))
        },
      }),
    }
    await expect(dumped(failing)).rejects.toBe(fault)
    expect(told).toBe(0)
  })

  it('is told to end where the folder cannot write', async () => {
    const told: string[] = []
    const folder = new EntryWriteFolder(`${directory()}/absent`, 'a', { durable: false })
    await expect(ndarray.dump(generated([numbers(3)], told), folder, {})).rejects.toMatchObject({
      code: 'ENOENT',
    })
    expect(told).toEqual(['ended'])
    const full = new EntryWriteFolder(directory(), 'a', { durable: false })
    const fault = new Error('no space')
    const failing = Object.assign(Object.create(full) as typeof full, {
      write: async (_: string, data: AsyncIterable<unknown>): Promise<void> => {
        for await (const piece of data) if (piece !== undefined) throw fault
      },
    })
    await expect(ndarray.dump(generated([numbers(20_000), numbers(1)], told), failing, {})).rejects.toBe(
      fault,
    )
    expect(told).toEqual(['ended', 'ended'])
  })

  it('is told to end, and not waited for, when an abort comes while it works', async () => {
    const path = directory()
    const controller = new AbortController()
    const folder = new EntryWriteFolder(path, 'a', { durable: false, signal: controller.signal })
    const reason = new Error('enough')
    let ended = false
    const hanging: AsyncIterable<ArrayInput> = {
      [Symbol.asyncIterator]: () => ({
        next: (() => {
          let calls = 0
          return () => {
            if (calls++ === 0) return Promise.resolve({ done: false, value: numbers(2) })
            controller.abort(reason)
            return new Promise<never>(() => {})
          }
        })(),
        return: () => {
          ended = true
          return new Promise<never>(() => {})
        },
      }),
    }
    await expect(ndarray.dump(hanging, folder, {})).rejects.toBe(reason)
    expect(ended).toBe(true)
  })

  it('is not asked for anything where the abort came first', async () => {
    const told: string[] = []
    const path = directory()
    const signal = AbortSignal.abort(new Error('not now'))
    const folder = new EntryWriteFolder(path, 'a', { durable: false, signal })
    await expect(ndarray.dump(generated([numbers(3)], told), folder, {})).rejects.toThrow('not now')
    expect(told).toEqual([])
    expect(readdirSync(path)).toEqual([])
  })
})
