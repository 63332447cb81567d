/** Values whose memory is taken away while they are written: nothing is stored rather than something else. */
import { describe, expect, it } from 'vitest'
import {
  type ArrayInput,
  array,
  bytes,
  type DataBase,
  type NDArray,
  ndarray,
  npz,
  structured,
  transpose,
} from '../../src/index.js'
import { temporaryDatabase } from './temporary.js'

const SIDE = 1024
const COUNT = SIDE ** 2

function transfer({ buffer }: Float64Array | Uint8Array): void {
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] })
}

async function* blocksOf(block: ArrayInput): AsyncGenerator<ArrayInput> {
  yield block
}

/** How `set` ends where `data` are transferred once some of the bytes are written. */
async function ended(
  data: Float64Array | Uint8Array,
  set: (db: DataBase, options: { onProgress: () => void }) => Promise<unknown>,
): Promise<void> {
  const db = await temporaryDatabase()
  await db.set('a', 'old')
  let calls = 0
  const setting = set(db, { onProgress: () => calls++ === 1 && transfer(data) })
  await expect(setting).rejects.toMatchObject({
    code: 'VALUE_REJECTED',
    message: expect.stringMatching(/went away/),
  })
  expect(data.length).toBe(0)
  expect(await db.get('a')).toBe('old')
}

describe('memory that is transferred while it is written is refused', () => {
  const forms: [string, (data: Float64Array) => NDArray][] = [
    ['in C order', data => array(data, [SIDE, SIDE])],
    ['gathered', data => transpose(array(data, [SIDE, SIDE]))],
    ['in records', data => structured({ x: array(data) })],
  ]

  it.each(forms)('%s, as ndarray', async (_, form) => {
    const data = new Float64Array(COUNT).fill(1)
    await ended(data, (db, options) => db.set('a', form(data), ndarray, options))
  })

  it.each(forms)('%s, as a block of many', async (_, form) => {
    const data = new Float64Array(COUNT).fill(1)
    await ended(data, (db, options) => db.set('a', blocksOf(form(data)), ndarray, options))
  })

  it.each(
    forms.flatMap(([name, form]) =>
      (['store', 'deflate'] as const).map(compression => [name, compression, form] as const),
    ),
  )('%s, as npz, by %s', async (_, compression, form) => {
    const data = Float64Array.from({ length: COUNT }, Math.random)
    await ended(data, (db, options) => db.set('a', { x: form(data) }, npz, { ...options, compression }))
  })

  it('as bytes', async () => {
    const data = new Uint8Array(8 * COUNT).fill(1)
    await ended(data, (db, options) => db.set('a', data, bytes, options))
  })

  it('before the first byte of it', async () => {
    const db = await temporaryDatabase()
    const data = new Float64Array(COUNT)
    const setting = db.set('a', data, ndarray)
    transfer(data)
    await expect(setting).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    expect(await db.has('a')).toBe(false)
  })
})
