/**
 * Copies runs of bytes that lie fixed steps apart, in words as long as all places and lengths allow.
 */

import type { Box, Level } from './plan.js'

/** Shorter runs are copied word by word: a call of `set` takes as long. */
const LONG = 256

/** Runs of bytes in memory: the first at `from`, each next one `step` further on. */
export interface Runs {
  readonly bytes: Uint8Array
  readonly from: number
  readonly step: number
}

/** Copies `count` runs of `length` bytes each. */
export function copyRuns(source: Runs, target: Runs, count: number, length: number): void {
  const places = source.from | source.step | target.from | target.step | length
  const word = wordOf(source.bytes, target.bytes, places)
  copyWords(
    wordsOf(source.bytes, word),
    source.from / word,
    source.step / word,
    wordsOf(target.bytes, word),
    target.from / word,
    target.step / word,
    count,
    length / word,
  )
}

/** Copies what `box` selects of `source` to the beginning of `target`, without gaps. */
export function gather(source: Uint8Array, box: Box, target: Uint8Array): void {
  const places = box.levels.reduce((bits, { step }) => bits | step, box.from | box.run)
  const word = wordOf(source, target, places)
  const levels = box.levels.map(({ count, step }) => ({ count, step: step / word }))
  const [from, to] = [wordsOf(source, word), wordsOf(target, word)]
  gatherLevel(from, box.from / word, levels, 0, to, 0, box.run / word)
}

/** Returns the place behind what it has put. */
function gatherLevel(
  source: Words,
  from: number,
  levels: readonly Level[],
  depth: number,
  target: Words,
  to: number,
  run: number,
): number {
  const level = levels[depth] ?? { count: 1, step: 0 }
  if (depth >= levels.length - 1) {
    copyWords(source, from, level.step, target, to, run, level.count, run)
    return to + level.count * run
  }
  let put = to
  for (let i = 0; i < level.count; i++) {
    put = gatherLevel(source, from + i * level.step, levels, depth + 1, target, put, run)
  }
  return put
}

/** Memory as unsigned words. */
export type Words = Uint8Array | Uint16Array | Uint32Array

/** The longest word that fits. Never a float, which could lose the payload of a NaN on the way. */
function wordOf(source: Uint8Array, target: Uint8Array, places: number): 1 | 2 | 4 {
  const bits = places | source.byteOffset | target.byteOffset
  return bits % 4 === 0 ? 4 : bits % 2 === 0 ? 2 : 1
}

/** The memory of `view`, which may be longer than any Uint8Array of it, as words of `word` bytes. */
export function wordsOf(view: ArrayBufferView, word: 1 | 2 | 4): Words {
  const Memory: WordsClass = word === 1 ? Uint8Array : word === 2 ? Uint16Array : Uint32Array
  return new Memory(view.buffer, view.byteOffset, Math.floor(view.byteLength / word))
}

interface WordsClass {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Words
}

/** Copies `count` runs of `run` words each; all places and steps are in words too. */
export function copyWords(
  source: Words,
  from: number,
  fromStep: number,
  target: Words,
  to: number,
  toStep: number,
  count: number,
  run: number,
): void {
  const long = run * source.BYTES_PER_ELEMENT >= LONG
  for (let i = 0, get = from, put = to; i < count; i++, get += fromStep, put += toStep) {
    if (long) target.set(source.subarray(get, get + run), put)
    else for (let w = 0; w < run; w++) target[put + w] = source[get + w]!
  }
}
