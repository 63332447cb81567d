/**
 * Finds where records end, before anything is parsed. The parser is only ever given whole records that follow
 * RFC 4180: it repairs damaged quotes by guessing, drops spaces behind them and takes time with the square of their
 * number. Line ends outside of quotes become LF, whatever they were; those inside stay.
 */
import type { Refuse } from './refusal.js'
import type { Delimiter } from './schema.js'

const QUOTE = 34
const LF = 10
const CR = 13

/** Where the last character has left us. */
type State = 'start' | 'plain' | 'quoted' | 'closed'

export class RecordScanner {
  readonly #delimiter: number
  readonly #refuse: Refuse
  #state: State = 'start'
  /** Text of the record that has not ended, in pieces that are not scanned again. */
  #open: string[] = []
  #openLength = 0
  #openLine = 1
  #line = 1
  #quoteLine = 1

  /** `refuse` makes the error for a quote that is never closed or is followed by something. */
  constructor(delimiter: Delimiter, refuse: Refuse) {
    this.#delimiter = delimiter.charCodeAt(0)
    this.#refuse = refuse
  }

  /** Characters of the record that has not ended. */
  get openLength(): number {
    return this.#openLength
  }

  /** The line in which that record begins, counted from 1. */
  get openLine(): number {
    return this.#openLine
  }

  /** The line that has not ended, counted from 1. */
  get line(): number {
    return this.#line
  }

  /**
   * The records that end in `text` or ended in it, without the last line end; undefined where none does. A CR and the
   * LF behind it have to come together.
   */
  push(text: string): string | undefined {
    const plain = this.#state !== 'quoted' && this.#state !== 'closed' && !text.includes('"')
    const lines = plain ? withoutCr(text) : text
    const [piece, end] = plain ? [lines, this.#plainEnd(lines)] : this.#quotedEnd(text)
    if (end === -1) {
      this.#hold(piece)
      return undefined
    }
    const records = [...this.#open, piece.slice(0, end)].join('')
    this.#open = []
    this.#openLength = 0
    this.#hold(piece.slice(end + 1))
    return records
  }

  /** The record that the end of the file ends; undefined where there is none. */
  end(): string | undefined {
    if (this.#state === 'quoted')
      throw this.#refuse(`, line ${this.#quoteLine}: a quote is opened and never closed`)
    return this.#openLength === 0 ? undefined : this.#open.join('')
  }

  #hold(text: string): void {
    if (text.length === 0) return
    this.#open.push(text)
    this.#openLength += text.length
  }

  /** Position of the last line end in a text without quotes. */
  #plainEnd(text: string): number {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#line++
    if (text.includes('\n')) this.#openLine = this.#line
    const last = text.charCodeAt(text.length - 1)
    if (text.length > 0) this.#state = last === LF || last === this.#delimiter ? 'start' : 'plain'
    return text.lastIndexOf('\n')
  }

  /** The text with its line ends made LF, and the position of the last one outside of quotes. */
  #quotedEnd(text: string): [piece: string, end: number] {
    const pieces: string[] = []
    let copied = 0
    let dropped = 0
    let end = -1
    let state = this.#state
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (state === 'quoted') {
        if (code === QUOTE) state = 'closed'
        else if (code === LF) this.#line++
      } else if (code === QUOTE) {
        if (state === 'start') this.#quoteLine = this.#line
        if (state !== 'plain') state = 'quoted'
      } else if (code === LF || code === CR) {
        const pair = code === CR && text.charCodeAt(i + 1) === LF
        if (code === CR) pieces.push(text.slice(copied, i), pair ? '' : '\n')
        if (code === CR) copied = i + 1
        if (pair) {
          dropped++
          i++
        }
        end = i - dropped
        state = 'start'
        this.#openLine = ++this.#line
      } else if (code === this.#delimiter) state = 'start'
      else if (state === 'closed') {
        throw this.#refuse(`, line ${this.#line}: there is ${JSON.stringify(text[i])} behind a closing quote`)
      } else state = 'plain'
    }
    this.#state = state
    return [pieces.length === 0 ? text : [...pieces, text.slice(copied)].join(''), end]
  }
}

/** The delimiter that occurs most often outside of quotes in the first record; the comma where none does. */
export function detectDelimiter(text: string, delimiters: readonly Delimiter[]): Delimiter {
  const counts = new Map<string, number>(delimiters.map(one => [one, 0]))
  let inQuotes = false
  let before: string = ','
  for (const character of text) {
    if (character === '"' && (inQuotes || before === '"' || counts.has(before))) inQuotes = !inQuotes
    else if (!inQuotes && (character === '\n' || character === '\r')) break
    else if (!inQuotes && counts.has(character)) counts.set(character, (counts.get(character) ?? 0) + 1)
    before = character
  }
  let best: Delimiter = ','
  for (const one of delimiters) if ((counts.get(one) ?? 0) > (counts.get(best) ?? 0)) best = one
  return best
}

function withoutCr(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}
