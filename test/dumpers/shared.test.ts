/** What `shared` says and does beyond the conformance suite: names, parts, rows that are appended, what a crash leaves. */
import { appendFileSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { arrayNames, findArray } from '../../dumpers/_shared/directory.js'
import type { LiveFolder } from '../../src/dumper.js'
import { array, DataBase, type NDArray, type SharedArrays, shared, toNested } from '../../src/index.js'
import { temporaryDatabase } from './temporary.js'

async function store(arrays: Record<string, NDArray> = {}): Promise<{ db: DataBase; traces: SharedArrays }> {
  const db = await temporaryDatabase()
  await db.set('traces', arrays, shared)
  return { db, traces: await db.get('traces', shared) }
}

const matrix = (...rows: number[][]): NDArray => array(rows.flat(), [rows.length, rows[0]?.length ?? 0])

function filesOf(traces: SharedArrays): string[] {
  return readdirSync(traces.path)
    .filter(name => name.includes('__'))
    .sort()
}

describe('a shared store', () => {
  it('has one raw file for each array, named as numpy spells it', async () => {
    const { traces } = await store({ m: matrix([1, 2], [3, 4]), t: array([1n], [1], 'datetime64[1us]') })
    expect(filesOf(traces)).toEqual(['m__2_2__float64', 't__1__datetime64[us]'])
    expect(readFileSync(join(traces.path, 'm__2_2__float64'))).toEqual(
      Buffer.from(Float64Array.of(1, 2, 3, 4).buffer),
    )
  })

  it('takes views that are not contiguous as what they show', async () => {
    const { traces } = await store({
      m: { data: Int8Array.of(1, 2, 3, 4), shape: [2, 2], stride: [1, 2], offset: 0, dtype: 'int8' },
    })
    expect(toNested(await traces.load('m'))).toEqual([
      [1, 3],
      [2, 4],
    ])
  })

  it('reads parts, into memory that is given', async () => {
    const { traces } = await store({ m: matrix([1, 2], [3, 4], [5, 6]) })
    const out = new Float64Array(8)
    expect(toNested(await traces.load('m', { rows: [-2, 3], out }))).toEqual([
      [3, 4],
      [5, 6],
    ])
    expect([...out]).toEqual([3, 4, 5, 6, 0, 0, 0, 0])
    expect(toNested(await traces.load('m', { slice: ['...', 1] }))).toEqual([2, 4, 6])
    expect(await traces.describe('m')).toEqual({ shape: [3, 2], dtype: 'float64' })
  })

  it('refuses unknown names and options, and says which there are', async () => {
    const { traces } = await store({ m: matrix([1]) })
    await expect(traces.load('n')).rejects.toThrow('it has "m"')
    await expect(traces.load('n')).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    await expect(traces.load('m', { row: [0, 1] } as object)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    })
    for (const options of [{ wait: 1 }, { timeout: -1 }, { timeout: Number.NaN }]) {
      await expect(traces.append('m', matrix([1]), options as object)).rejects.toMatchObject({
        code: 'OPTION_INVALID',
      })
    }
    await expect(traces.save(5 as never, matrix([1]))).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
  })

  it('reads an array without axes and strings, though it writes none', async () => {
    const { traces } = await store()
    writeFileSync(join(traces.path, 'x____float64'), Float64Array.of(7))
    writeFileSync(join(traces.path, 's__2__str64'), Buffer.from(Uint32Array.of(0x61, 0, 0xe9, 0x62).buffer))
    expect(toNested(await traces.load('x'))).toBe(7)
    expect(toNested(await traces.load('s'))).toEqual(['a', 'éb'])
    await expect(traces.append('x', array([1], [1]))).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    await expect(traces.share('s')).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
  })

  it.each(['x__2__float128', 'x__2__object', 'x__2__void24', 'x__2__nonsense', 'x__2__str33'])(
    'has no form for %s',
    async file => {
      const { traces } = await store()
      writeFileSync(join(traces.path, file), new Uint8Array(64))
      await expect(traces.load('x')).rejects.toMatchObject({
        code: /str33|nonsense/.test(file) ? expect.anything() : 'UNSUPPORTED_FORMAT',
      })
    },
  )

  it('does not take other files for arrays', async () => {
    const { traces } = await store({ m: matrix([1]) })
    for (const name of ['notes.txt', 'a__b', 'a__1_x__int8', 'a__-1__int8', '__', '____', 'a__1___int8']) {
      writeFileSync(join(traces.path, name), 'x')
    }
    expect(await traces.names()).toEqual(['m'])
  })

  it('says that a name counts more bytes than there can be', async () => {
    const { traces } = await store()
    writeFileSync(join(traces.path, `x__${'9'.repeat(30)}__int8`), '')
    await expect(traces.load('x')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    await expect(traces.append('x', array(new Int8Array(1)))).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })

  it('is written by nobody who opened the database readonly', async () => {
    const { db } = await store({ m: matrix([1]) })
    const reader = await DataBase.open(db.directory, { readonly: true })
    const traces = await reader.get('traces', shared)
    await expect(traces.append('m', matrix([2]))).rejects.toMatchObject({ code: 'READ_ONLY' })
    await expect(traces.save('m', matrix([2]))).rejects.toMatchObject({ code: 'READ_ONLY' })
    expect(toNested(await traces.load('m'))).toEqual([[1]])
  })

  it('is stale for every call once the key holds something else', async () => {
    const { db, traces } = await store({ m: matrix([1]) })
    await db.set('traces', { m: matrix([2]) }, shared)
    const calls = [
      traces.names(),
      traces.load('m'),
      traces.describe('m'),
      traces.share('m'),
      traces.save('m', matrix([3])),
      traces.append('m', matrix([3])),
    ]
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: 'rejected', reason: { code: 'STALE_HANDLE' } })
    }
    expect(toNested(await (await db.get('traces', shared)).load('m'))).toEqual([[2]])
  })

  it('is listed by verify as unchecked, and copied whole', async () => {
    const { db, traces } = await store({ m: matrix([1]) })
    await traces.append('m', matrix([2]))
    expect((await db.verify()).unchecked).toEqual(['traces'])
    await db.copy('traces', db, 'copy')
    expect(toNested(await (await db.get('copy', shared)).load('m'))).toEqual([[1], [2]])
  })
})

describe('a listing that misses a file which is renamed meanwhile', () => {
  /** A directory with these listings in turn, the last of them for ever; something moves during all but that. */
  function moving(...turns: readonly string[][]): LiveFolder {
    let turn = 0
    return {
      names: async () => turns[Math.min(turn++, turns.length - 1)],
      stamp: async (file?: string) => {
        const modified = BigInt(Math.min(turn, turns.length))
        return file === undefined || turns.at(-1)!.includes(file)
          ? { file: file ?? '', modified, size: 8 }
          : undefined
      },
    } as unknown as LiveFolder
  }

  it('is no reason to leave the array out', async () => {
    const folder = moving([], [], ['m__1__float64', 'n__1__float64'], ['n__1__float64'], ['n__1__float64'])
    expect(await arrayNames(folder)).toEqual(['m', 'n'])
  })

  it('is no reason to say that there is none', async () => {
    const folder = moving(['n__1__float64'], [], ['n__1__float64', 'm__1__float64'])
    expect((await findArray(folder, 'm'))?.array.file).toBe('m__1__float64')
    expect(await findArray(moving([], ['n__1__float64']), 'm')).toBeUndefined()
  })

  it('comes to an end where something moves all the time', async () => {
    let now = 0n
    const folder = {
      names: async () => [],
      stamp: async () => ({ file: '', modified: now++, size: 0 }),
    } as unknown as LiveFolder
    expect(await arrayNames(folder)).toEqual([])
  })
})

describe('append', () => {
  it('adds rows, makes what is missing, and tells where they begin', async () => {
    const { traces } = await store({ none: array([], [0, 2]) })
    expect(await traces.append('new', matrix([1, 2]))).toBe(0)
    expect(await traces.append('new', matrix([3, 4], [5, 6]))).toBe(1)
    expect(await traces.append('new', array([], [0, 2]))).toBe(3)
    expect(await traces.append('none', matrix([7, 8]))).toBe(0)
    expect(toNested(await traces.load('new'))).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    expect(filesOf(traces)).toEqual(['new__3_2__float64', 'none__1_2__float64'])
  })

  it('refuses rows of another kind', async () => {
    const { traces } = await store({ m: matrix([1, 2]) })
    for (const rows of [array([1, 2]), matrix([1, 2, 3]), array(Int32Array.of(1, 2), [1, 2])]) {
      await expect(traces.append('m', rows)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    }
    await expect(traces.append('m', array([1, 2]))).rejects.toThrow("takes rows of 'float64' as [n, 2]")
    expect(filesOf(traces)).toEqual(['m__1_2__float64'])
  })

  it('takes units of time however they are written', async () => {
    const { traces } = await store({ t: array([1n], [1], 'datetime64[us]') })
    await traces.append('t', array([2n], [1], 'datetime64[1us]'))
    expect(toNested(await traces.load('t'))).toEqual([1n, 2n])
  })

  it('keeps the order of calls of one process', async () => {
    const { traces } = await store()
    await Promise.all(Array.from({ length: 20 }, (_, i) => traces.append('m', matrix([i]))))
    expect(toNested(await traces.load('m'))).toEqual(Array.from({ length: 20 }, (_, i) => [i]))
  })

  it('overwrites what an append that was cut off has left beyond the end', async () => {
    const { traces } = await store({ m: matrix([1, 2]) })
    const file = join(traces.path, 'm__1_2__float64')
    appendFileSync(file, Buffer.alloc(1000, 0xff))
    expect(toNested(await traces.load('m'))).toEqual([[1, 2]])
    await traces.append('m', matrix([3, 4]))
    expect(toNested(await traces.load('m'))).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(readFileSync(join(traces.path, 'm__2_2__float64'))).toHaveLength(32)
  })

  it('leaves the file as it was where it is aborted', async () => {
    const { traces } = await store({ m: matrix([1, 2]) })
    const stop = new AbortController()
    const rows = array(new Float64Array(2 ** 21), [2 ** 20, 2])
    const pending = traces.append('m', rows, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(pending).rejects.toThrow('enough')
    expect(readFileSync(join(traces.path, 'm__1_2__float64'))).toHaveLength(16)
    expect(await traces.append('m', matrix([3, 4]))).toBe(1)
  })

  it('refuses a file that is shorter than its name says, as does every read', async () => {
    const { traces } = await store({ m: matrix([1, 2]) })
    truncateSync(join(traces.path, 'm__1_2__float64'), 8)
    for (const call of [traces.load('m'), traces.share('m'), traces.append('m', matrix([3, 4]))]) {
      await expect(call).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    }
    await traces.save('m', matrix([5, 6]))
    expect(toNested(await traces.load('m'))).toEqual([[5, 6]])
  })
})

describe('save', () => {
  it('replaces an array of any kind and leaves one file', async () => {
    const { traces } = await store({ m: matrix([1, 2]) })
    await traces.save('m', array(Int8Array.of(1, 2, 3)))
    await traces.save('m', array(Int8Array.of(4, 5, 6)))
    expect(toNested(await traces.load('m'))).toEqual([4, 5, 6])
    expect(filesOf(traces)).toEqual(['m__3__int8'])
  })

  it('stands where a crash has left the old file beside the new one', async () => {
    const { traces } = await store({ m: matrix([1, 2]) })
    const old = join(traces.path, 'm__1_2__float64')
    renameSync(old, `${traces.path}/aside`)
    await traces.save('m', array(Int8Array.of(1, 2, 3)))
    renameSync(`${traces.path}/aside`, old)
    expect(toNested(await traces.load('m'))).toEqual([1, 2, 3])
    await traces.append('m', array(Int8Array.of(4)))
    expect(filesOf(traces)).toEqual(['m__4__int8'])
  })

  it('does not stand where a power cut has torn it beside the whole old file', async () => {
    const { traces } = await store({ m: matrix([1, 2]) })
    writeFileSync(join(traces.path, 'm__3__int8'), '')
    expect(toNested(await traces.load('m'))).toEqual([[1, 2]])
    await traces.save('m', matrix([5, 6], [7, 8]))
    expect(filesOf(traces)).toEqual(['m__2_2__float64'])
  })
})
