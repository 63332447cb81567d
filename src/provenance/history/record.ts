/**
 * From a transcript to the record that is kept: secrets masked, its length limited. The same object for as long as
 * nothing more has run.
 */
import type { CodeCell, CodeHistory } from '../../metadata.js'
import { mask } from './secrets.js'
import type { Transcript } from './transcript.js'

/** Characters of code that are kept in all; it is written with every value. */
export const LONGEST_TEXT: number = 256 * 1024

export class HistoryRecord {
  readonly #transcript: Transcript
  readonly #masked = new WeakMap<CodeCell, CodeCell>()
  #changes = Number.NaN
  #record: CodeHistory | null = null

  constructor(transcript: Transcript) {
    this.#transcript = transcript
  }

  /** With the newest code, where all of it is too long. */
  read(): CodeHistory {
    const { changes } = this.#transcript
    if (this.#record === null || changes !== this.#changes) {
      this.#record = this.#build()
      this.#changes = changes
    }
    return this.#record
  }

  #build(): CodeHistory {
    const { kind, source, complete, cells } = this.#transcript
    const masked = cells.map(cell => this.#mask(cell))
    const kept = newest(masked)
    const isWhole = kept.length === masked.length && kept[0] === masked[0]
    return Object.freeze({ kind, source, complete: complete && isWhole, cells: Object.freeze(kept) })
  }

  /** Before anything is cut: of half a secret nobody can tell what it is. */
  #mask(cell: CodeCell): CodeCell {
    let masked = this.#masked.get(cell)
    if (masked === undefined) {
      masked = Object.freeze({ n: cell.n, code: mask(cell.code) })
      this.#masked.set(cell, masked)
    }
    return masked
  }
}

/** The last cells that fit; the first of them ends early, after a line, where it does not fit as a whole. */
function newest(cells: readonly CodeCell[]): CodeCell[] {
  const kept: CodeCell[] = []
  let room = LONGEST_TEXT
  for (const cell of cells.toReversed()) {
    if (cell.code.length > room) {
      const code = firstLines(cell.code, room)
      if (code !== '') kept.push(Object.freeze({ n: cell.n, code }))
      break
    }
    kept.push(cell)
    room -= cell.code.length
  }
  return kept.reverse()
}

/** Whole lines from the beginning; of a single line that is too long, nothing. */
function firstLines(text: string, length: number): string {
  return text.slice(0, text.lastIndexOf('\n', length - 1) + 1)
}
