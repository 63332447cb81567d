/**
 * Copies a block of elements from one arrangement to another, in as few and as long runs as the two allow.
 */
import { copyWords, type Words, wordsOf } from '../_npy/strided.js'
import type { Walk } from './grid.js'

/** A block to be copied: from where, to where, and the walk along each axis. All numbers are elements. */
export interface Block {
  readonly get: number
  readonly put: number
  readonly walks: readonly Walk[]
}

/** The same with the axes put together that one run goes through; the last walk is the innermost. */
interface Runs extends Block {
  readonly run: number
}

/** Copies a block of elements of `itemsize` bytes. Memory moves as unsigned words: a float could lose the payload of a NaN. */
export function scatter(
  source: ArrayBufferView,
  target: ArrayBufferView,
  itemsize: number,
  block: Block,
): void {
  const word = itemsize % 4 === 0 ? 4 : itemsize % 2 === 0 ? 2 : 1
  const aligned = source.byteOffset % word === 0 ? source : copied(source)
  const width = itemsize / word
  const { get, put, walks, run } = runsOf(block)
  const [from, to] = [wordsOf(aligned, word), wordsOf(target, word)]
  const inWords = walks.map(walk => ({
    count: walk.count,
    get: walk.get * width,
    put: walk.put * width,
  }))
  copyLevel(from, get * width, to, put * width, inWords, 0, run * width)
}

/** Copies a block of values. */
export function scatterItems<T>(source: readonly T[], target: T[], { get, put, walks }: Block): void {
  const [walk, ...inner] = walks
  if (walk === undefined) {
    target[put] = source[get]!
    return
  }
  for (let i = 0; i < walk.count; i++) {
    scatterItems(source, target, { get: get + i * walk.get, put: put + i * walk.put, walks: inner })
  }
}

/** Whether the block is one run of elements on both sides, and how long it is; undefined where it is not. */
export function singleRun(block: Block): number | undefined {
  const { walks, run } = runsOf(block)
  return walks.length === 0 ? run : undefined
}

function runsOf({ get, put, walks }: Block): Runs {
  const levels = walks.filter(({ count }) => count !== 1).sort((a, b) => b.put - a.put)
  let run = 1
  for (let last = levels.at(-1); last?.get === run && last.put === run; last = levels.at(-1)) {
    run *= last.count
    levels.pop()
  }
  return { get, put, walks: levels, run }
}

function copyLevel(
  source: Words,
  from: number,
  target: Words,
  to: number,
  walks: readonly Walk[],
  depth: number,
  run: number,
): void {
  const walk = walks[depth] ?? { count: 1, get: 0, put: 0 }
  if (depth >= walks.length - 1) {
    copyWords(source, from, walk.get, target, to, walk.put, walk.count, run)
    return
  }
  for (let i = 0; i < walk.count; i++) {
    copyLevel(source, from + i * walk.get, target, to + i * walk.put, walks, depth + 1, run)
  }
}

function copied({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength).slice()
}
