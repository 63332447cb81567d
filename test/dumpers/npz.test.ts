/** What is particular to npz: names, reading some arrays and not the others, equal bytes, ending early. */
import { readFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { inMemory } from '../../dumpers/_npy/in-memory.js'
import type { Member } from '../../dumpers/_zip/directory.js'
import { inflating } from '../../dumpers/_zip/inflate.js'
import { writeZip } from '../../dumpers/_zip/write.js'
import { npz } from '../../dumpers/npz.js'
import type { RandomAccess, ReadFolder } from '../../src/dumper.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import { array, type NDArray } from '../../src/index.js'
import { dumped, entry, load } from './npz-archive.js'
import { pseudoRandom } from './samples/plain.js'
import { temporaryDatabase } from './temporary.js'

const sines = Float64Array.from({ length: 500_000 }, (_, i) => Math.sin(i))

/** A folder whose open file tells what is read of it, and may fail. */
function watched(path: string, onRead: (offset: number, length: number) => void): ReadFolder {
  const folder = new EntryReadFolder(path, 'a')
  return Object.assign(Object.create(folder) as ReadFolder, {
    size: (file: string) => folder.size(file),
    async open(file: string): Promise<RandomAccess> {
      const source = await folder.open(file)
      return {
        size: source.size,
        async read(range) {
          onRead(range?.offset ?? 0, range?.length ?? source.size)
          return source.read(range)
        },
        close: () => source.close(),
      }
    },
  })
}

describe('an npz', () => {
  it('is a file of deflated members, or of stored ones where that is asked for', async () => {
    const zeros = { zeros: new Uint8Array(100_000) }
    const sizes = await Promise.all(
      ([undefined, 'deflate', 'store'] as const).map(async compression => {
        return readFileSync(`${await dumped(zeros, { compression })}/np.npz`).length
      }),
    )
    expect(sizes[0]).toBe(sizes[1])
    expect(sizes[0]).toBeLessThan(1000)
    expect(sizes[2]).toBeGreaterThan(100_000)
  })

  it('has the same bytes in every time zone', async () => {
    const { TZ } = process.env
    onTestFinished(() => {
      if (TZ === undefined) delete process.env.TZ
      else process.env.TZ = TZ
    })
    const files: Buffer[] = []
    for (const zone of ['UTC', 'Pacific/Auckland', 'America/Anchorage']) {
      process.env.TZ = zone
      files.push(readFileSync(`${await dumped({ a: sines.subarray(0, 9), b: sines })}/np.npz`))
    }
    expect(files[1]?.equals(files[0]!)).toBe(true)
    expect(files[2]?.equals(files[0]!)).toBe(true)
  })

  it('takes an object for one array where it is one, else for a record of arrays', async () => {
    const data = Float64Array.of(1, 2)
    expect(await load(await dumped({ data, shape: [2, 1] }))).toEqual({ arr_0: array(data, [2, 1]) })
    const record = { data, shape: Int32Array.of(2, 1) }
    expect(await load(await dumped(record))).toEqual({ data: array(data), shape: array(record.shape) })
  })

  it('says what is wrong with an object that is nearly an array', async () => {
    const value = { data: Float64Array.of(1, 2), shape: [3] }
    await expect(dumped(value)).rejects.toThrow('shape [3] has 3 elements, its data 2')
  })

  it('names the array that cannot be stored', async () => {
    const bool = { data: Uint8Array.of(0, 2), shape: [2], dtype: 'bool' }
    const rejection = expect(dumped({ fine: sines, flags: bool })).rejects
    await rejection.toMatchObject({ code: 'VALUE_REJECTED', message: expect.stringContaining('"flags"') })
  })

  it('is not chosen for an object of arrays unless it is named', async () => {
    const db = await temporaryDatabase()
    await db.set('unnamed', { a: sines.subarray(0, 2) })
    await db.set('named', { a: sines.subarray(0, 2) }, npz)
    expect((await db.metadata('unnamed')).dumper).toBe('clone')
    expect((await db.metadata('named')).dumper).toBe('npz')
  })

  it('does not call getters to see whether it could be stored', () => {
    let called = 0
    const value = Object.defineProperty({}, 'a', { enumerable: true, get: () => called++ })
    expect(npz.check(value)).toBe(false)
    expect(called).toBe(0)
  })

  it('takes names as they are into an object without surprises', async () => {
    const value: Record<string, NDArray> = Object.fromEntries([['__proto__', array([1])]])
    const back = await load(await dumped(value))
    expect(Object.keys(back)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
  })
})

describe('the option names', () => {
  it('reads nothing of the other arrays', async () => {
    const path = await dumped(
      { before: sines, wanted: Int8Array.of(1, 2), after: sines },
      { compression: 'store' },
    )
    let bytes = 0
    const folder = watched(path, (_, length) => {
      bytes += length
    })
    expect(await npz.load(folder, {}, { names: ['wanted'] })).toEqual({ wanted: array(Int8Array.of(1, 2)) })
    expect(bytes).toBeLessThan(100_000)
  })

  it('gives arrays in the order in which they are asked for', async () => {
    const path = await dumped({ a: sines.subarray(0, 1), b: sines.subarray(1, 2) })
    expect(Object.keys(await load(path, { names: ['b', 'a', 'b'] }))).toEqual(['b', 'a'])
  })

  it('is refused for an array that there is not, with those that there are', async () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`a${i}`, Int8Array.of(i)]))
    const refusal = expect(load(await dumped(many), { names: ['a1', 'b1'] })).rejects
    await refusal.toMatchObject({
      code: 'OPTION_INVALID',
      details: { option: 'names' },
      message: expect.stringMatching(/named "b1"; it has "a0", .*, 8 more/),
    })
  })

  it.each([['a'], [[1]], [{}], [null]])('is refused where it is %j', async names => {
    const options = { names } as unknown as { names: string[] }
    await expect(load(await dumped({ a: sines }), options)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      details: { option: 'names' },
    })
  })
})

describe('the option compression', () => {
  it.each([['gzip'], [null], [9], ['']])('is refused where it is %j', async compression => {
    const options = { compression } as unknown as { compression: 'store' }
    await expect(dumped({ a: sines }, options)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      details: { option: 'compression' },
    })
  })
})

describe.each(['deflate', 'store'] as const)('%s', compression => {
  it.each([[new Error('enough')], ['a reason that is no error']])(
    'stops writing when it is aborted, with the reason',
    async reason => {
      const controller = new AbortController()
      const folder = new EntryWriteFolder(entry(), 'a', {
        durable: false,
        signal: controller.signal,
        onProgress: bytes => {
          if (bytes > 10_000) controller.abort(reason)
        },
      })
      const value = { a: sines, b: { data: sines, shape: [2, 250_000], stride: [1, 2] }, c: sines }
      await expect(npz.dump(value, folder, { compression })).rejects.toBe(reason)
    },
  )

  it.each([[new Error('enough')], ['a reason that is no error']])(
    'stops reading when it is aborted, with the reason',
    async reason => {
      const path = await dumped({ a: sines, b: sines }, { compression })
      const controller = new AbortController()
      const reads: number[] = []
      const folder = watched(path, (_, length) => {
        reads.push(length)
        if (length > 100_000) controller.abort(reason)
      })
      Object.assign(folder, { signal: controller.signal })
      await expect(npz.load(folder, {}, {})).rejects.toBe(reason)
      expect(reads.length).toBeGreaterThan(0)
    },
  )

  it('gives an error of the disk as it is, not as damage', async () => {
    const path = await dumped({ a: sines, b: sines }, { compression })
    const failure = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
    for (const least of [0, 100_000]) {
      const folder = watched(path, (_, length) => {
        if (length > least) throw failure
      })
      await expect(npz.load(folder, {}, {})).rejects.toBe(failure)
    }
  })
})

describe('a member that is being inflated', () => {
  it('is closed when the read ahead of its reader has ended', async () => {
    const data = deflateRawSync(pseudoRandom(2 ** 20))
    const member = { path: 'a.npy', size: 2 ** 20 } as Member
    let begun = 0
    let release = (): void => {}
    const second = new Promise<void>(resolve => {
      release = resolve
    })
    const file = inMemory(data)
    const source: RandomAccess = {
      ...file,
      async read(range) {
        if (++begun === 2) await second
        return file.read(range)
      },
    }
    const content = inflating(source, { offset: 0, length: data.length }, member)
    await content.read({ length: 100 })
    while (begun < 2) await nextTurn()
    let closed = false
    const closing = content.close().then(() => {
      closed = true
    })
    for (let turn = 0; turn < 20; turn++) await nextTurn()
    expect(closed).toBe(false)
    release()
    await closing
  })
})

describe('an archive that is being written', () => {
  it('asks for no piece before the last one has been taken', async () => {
    const taken: number[] = []
    let given = 0
    function* pieces(): Generator<Uint8Array> {
      for (let i = 0; i < 64; i++) {
        given += 2 ** 20
        yield new Uint8Array(2 ** 20)
      }
    }
    let out = 0
    for await (const piece of writeZip([{ name: 'a', pieces: pieces() }], 0)) {
      out += piece.length
      taken.push(given - out)
    }
    expect(Math.max(...taken)).toBeLessThanOrEqual(2 * 2 ** 20)
  })

  it.each([0, 8] as const)('lets go of its pieces when its reader stops (method %i)', async method => {
    let ended = false
    function* pieces(): Generator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(sines.buffer)
      } finally {
        ended = true
      }
    }
    for await (const piece of writeZip([{ name: 'a', pieces: pieces() }], method)) {
      if (piece.length > 10_000) break
    }
    expect(ended).toBe(true)
  })
})
