/** Arrays that stay in their file: parts and blocks of rows, read through one descriptor that is closed in the end. */
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { formatHeader } from '../../dumpers/_npy/header.js'
import { ndarray } from '../../dumpers/ndarray.js'
import type { ReadRange } from '../../src/dumper.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import {
  array,
  contiguous,
  isDirdictError,
  type LazyArray,
  type NDArray,
  structured,
} from '../../src/index.js'
import { directory, dumped, load, watched } from './npy-scratch.js'
import { temporaryDatabase } from './temporary.js'

const numbers = (count: number): Float64Array => Float64Array.from({ length: count }, (_, i) => i)
const matrix = array(numbers(60), [10, 6])

async function lazily(path: string): Promise<LazyArray> {
  return ndarray.lazy.load(new EntryReadFolder(path, 'a'), {}, {})
}

async function collect(blocks: AsyncIterable<NDArray>): Promise<NDArray[]> {
  const all: NDArray[] = []
  for await (const block of blocks) all.push(block)
  return all
}

/** How often this process has files below `path` open. */
function openFiles(path: string): number {
  return readdirSync('/proc/self/fd').filter(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(path)
    } catch (error) {
      // The descriptor of the listing itself is gone by now.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
  }).length
}

/** The same matrix in Fortran order, as numpy writes it. */
function fortranFile({ data, shape }: NDArray<Float64Array>): string {
  const path = directory()
  const header = Buffer.from(formatHeader('<f8', shape)).toString('latin1').replace('False, ', 'True,  ')
  const [rows = 0, columns = 0] = shape
  const turned = Float64Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!)
  writeFileSync(
    `${path}/np.npy`,
    Buffer.concat([Buffer.from(header, 'latin1'), new Uint8Array(turned.buffer)]),
  )
  return path
}

describe('a lazy array', () => {
  it('tells shape, dtype and order without reading elements', async () => {
    const lengths: number[] = []
    const path = await dumped(array(numbers(300_000), [300, 1000]))
    const folder = watched(path, range => lengths.push(range.length ?? 0))
    const lazy = await ndarray.lazy.load(folder, {}, {})
    expect(lazy).toMatchObject({ shape: [300, 1000], dtype: 'float64', fortranOrder: false })
    expect(lengths).toEqual([512])
    await lazy.close()
    const fortran = await lazily(fortranFile(matrix))
    expect(fortran.fortranOrder).toBe(true)
    await fortran.close()
  })

  it('reads what get reads', async () => {
    const path = await dumped(matrix)
    const lazy = await lazily(path)
    expect(await lazy.read()).toEqual(matrix)
    for (const part of [
      { rows: [2, 4] },
      { slice: [[null, null, -3], 1] },
      { slice: ['...', -1] },
    ] as const) {
      expect(await lazy.read(part)).toEqual(await load(path, part))
    }
    const out = new Float64Array(6)
    expect((await lazy.read({ slice: [3], out })).data).toBe(out)
    await lazy.close()
  })

  it('refuses what get refuses', async () => {
    const lazy = await lazily(await dumped(matrix))
    const invalid = { code: 'OPTION_INVALID' }
    await expect(lazy.read({ slice: [10] })).rejects.toMatchObject(invalid)
    await expect(lazy.read({ rows: [0, 1], slice: [0] })).rejects.toMatchObject(invalid)
    await expect(lazy.read({ out: new Float32Array(60) })).rejects.toMatchObject(invalid)
    await expect(lazy.read({ row: [0, 1] } as never)).rejects.toMatchObject({
      ...invalid,
      details: { option: 'row', dumper: 'ndarray' },
    })
    const reason = new Error('enough')
    await expect(lazy.read({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await lazy.close()
  })

  it('is of records too', async () => {
    const records = structured({ t: array(numbers(4)), p: array(numbers(8), [4, 2]) })
    const lazy = await lazily(await dumped(records))
    expect(lazy).toMatchObject({ shape: [4], dtype: 'struct' })
    expect((await collect(lazy.blocks({ rows: 3 }))).map(block => block.shape)).toEqual([[3], [1]])
    await lazy.close()
  })

  it('stays the array that it was opened on, through the database', async () => {
    const db = await temporaryDatabase()
    await db.set('a', matrix)
    const lazy = await db.get('a', ndarray.lazy)
    await db.set('a', array(numbers(3)))
    expect(await lazy.read({ rows: [9, 10] })).toMatchObject({
      data: Float64Array.of(54, 55, 56, 57, 58, 59),
    })
    await db.delete('a')
    expect(await lazy.read()).toEqual(matrix)
    await lazy.close()
  })

  it('is stored as the array is, and refused for entries of other dumpers', async () => {
    const db = await temporaryDatabase()
    await db.set('a', matrix, ndarray.lazy)
    expect(await db.get('a')).toEqual(matrix)
    await db.set('text', 'b')
    await expect(db.get('text', ndarray.lazy)).rejects.toMatchObject({ code: 'DUMPER_MISMATCH' })
  })

  it('of a damaged file is refused, and leaves nothing open', async () => {
    const path = await dumped(matrix)
    writeFileSync(`${path}/np.npy`, 'no array')
    await expect(lazily(path)).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
    expect(openFiles(path)).toBe(0)
  })

  it('closes its file once, after the reads that are under way, and is stale then', async () => {
    const path = await dumped(array(numbers(2 ** 20), [1024, 1024]))
    const lazy = await lazily(path)
    expect(openFiles(path)).toBe(1)
    const reading = lazy.read()
    await Promise.all([lazy.close(), lazy.close()])
    expect((await reading).data[12345]).toBe(12345)
    expect(openFiles(path)).toBe(0)
    for (const failing of [lazy.read(), lazy.blocks()[Symbol.asyncIterator]().next()]) {
      await expect(failing).rejects.toSatisfy(error => isDirdictError(error, 'STALE_HANDLE'))
    }
  })

  it('that is forgotten does not keep its file open', async () => {
    const path = await dumped(matrix)
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    await (async () => {
      expect((await (await lazily(path)).read({ slice: [0, 0] })).data).toEqual(Float64Array.of(0))
      expect(openFiles(path)).toBe(1)
    })()
    for (let round = 0; round < 200 && openFiles(path) > 0; round++) {
      collectGarbage()
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(openFiles(path)).toBe(0)
  })
})

describe('blocks of rows', () => {
  it('are all rows, in order, the last block being what is left', async () => {
    for (const path of [await dumped(matrix), fortranFile(matrix)]) {
      const lazy = await lazily(path)
      const blocks = await collect(lazy.blocks({ rows: 4 }))
      expect(blocks.map(block => block.shape)).toEqual([
        [4, 6],
        [4, 6],
        [2, 6],
      ])
      expect(blocks.flatMap(block => [...contiguous(block).data])).toEqual([...numbers(60)])
      await lazy.close()
    }
  })

  it('are of about 16 MiB where nothing else is asked for', async () => {
    const lazy = await lazily(await dumped(array(numbers(5 * 2 ** 20), [5 * 1024, 1024])))
    expect((await collect(lazy.blocks())).map(block => block.shape)).toEqual([
      [2048, 1024],
      [2048, 1024],
      [1024, 1024],
    ])
    await lazy.close()
  })

  it('are none for an array without rows, and one for rows without elements', async () => {
    const none = await lazily(await dumped(array(numbers(0), [0, 3])))
    expect(await collect(none.blocks())).toEqual([])
    const empty = await lazily(await dumped(array(numbers(0), [7, 0])))
    expect((await collect(empty.blocks())).map(block => block.shape)).toEqual([[7, 0]])
    await Promise.all([none.close(), empty.close()])
  })

  it('are read one ahead and no further', async () => {
    const path = await dumped(array(numbers(300_000), [300, 1000]))
    const offsets: number[] = []
    const folder = watched(path, ({ offset = 0 }: ReadRange) => offsets.push((offset - 128) / 8000))
    const lazy = await ndarray.lazy.load(folder, {}, {})
    offsets.length = 0
    const blocks = lazy.blocks({ rows: 100 })[Symbol.asyncIterator]()
    await blocks.next()
    expect(offsets).toEqual([0, 100])
    await blocks.next()
    expect(offsets).toEqual([0, 100, 200])
    expect([(await blocks.next()).done, (await blocks.next()).done]).toEqual([false, true])
    await lazy.close()
  })

  it('end with a break, before the file is closed', async () => {
    const lazy = await lazily(await dumped(array(numbers(2 ** 20), [1024, 1024])))
    for await (const block of lazy.blocks({ rows: 256 })) {
      expect(block.data[0]).toBe(0)
      break
    }
    await lazy.close()
  })

  it('end with an abort', async () => {
    const lazy = await lazily(await dumped(matrix))
    const controller = new AbortController()
    const reason = new Error('enough')
    const seen: unknown[] = []
    const reading = (async () => {
      for await (const block of lazy.blocks({ rows: 1, signal: controller.signal })) {
        seen.push(block)
        controller.abort(reason)
      }
    })()
    await expect(reading).rejects.toBe(reason)
    expect(seen.length).toBeLessThan(3)
    await lazy.close()
  })

  it('are refused for a single element, and for less than one row each', async () => {
    const single = await lazily(await dumped(array([1], [])))
    const lazy = await lazily(await dumped(matrix))
    const invalid = { code: 'OPTION_INVALID', details: { option: 'rows' } }
    await expect(collect(single.blocks())).rejects.toMatchObject(invalid)
    for (const rows of [0, -1, 1.5, '2' as never, null as never]) {
      await expect(collect(lazy.blocks({ rows }))).rejects.toMatchObject(invalid)
    }
    await expect(collect(lazy.blocks({ row: 1 } as never))).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      details: { option: 'row' },
    })
    await Promise.all([single.close(), lazy.close()])
  })
})

it('a handle outlives the signal of the get that gave it', async () => {
  const db = await temporaryDatabase()
  await db.set('a', numbers(100_000))
  const controller = new AbortController()
  const lazy = await db.get('a', ndarray.lazy, { signal: controller.signal })
  controller.abort()
  expect((await lazy.read()).data).toEqual(numbers(100_000))
  await lazy.close()
})
