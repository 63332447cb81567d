/**
 * The text of an index: a line that describes it, then lines of columns. What entries share is said once. Annotations,
 * which not every search asks for, and stamps, which are needed only where something has changed, stand apart.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { pauseIsDue } from '../session.js'
import type { Facts, Origin } from './facts.js'
import {
  type Columns,
  type HeadLine,
  type IndexHead,
  isColumns,
  isHead,
  isSaidLine,
  isStampLine,
  type Said,
  type Stamp,
} from './index-shape.js'

/** Version of the text. */
const INDEX_FORMAT = 1
/** Rows in one line: some milliseconds of work, so that a search gives others their turn. */
const ROWS_IN_LINE = 4096
/** Characters of attributes and tags: more take longer to read than they save, and no string holds much more. */
const LONGEST_SAID = 2 ** 27

export interface IndexRow {
  readonly name: string
  readonly facts: Facts
  readonly stamp: Stamp | null
}

export interface Index extends IndexHead {
  readonly names: readonly string[]
  /** Without attributes and tags, where they were not read. */
  facts(row: number): Facts
  /** Reads attributes and tags; false where they are none. */
  readSaid(): Promise<boolean>
  /** The stamps of all rows; undefined where they are no stamps. */
  stamps(): Promise<readonly (Stamp | null)[] | undefined>
}

/** The text of an index over `rows`, which are sorted by name; undefined where they say too much for one. */
export async function encodeIndex(head: IndexHead, rows: readonly IndexRow[]): Promise<Buffer | undefined> {
  const dumpers = new Numbering<string>(name => name)
  const origins = new Numbering<Origin>(origin => JSON.stringify(origin))
  const facts: string[] = []
  const said: string[] = []
  const stamps: string[] = []
  let length = 0
  for (let start = 0; start < rows.length; start += ROWS_IN_LINE) {
    const part = rows.slice(start, start + ROWS_IN_LINE)
    facts.push(JSON.stringify(columnsOf(part, dumpers, origins)))
    const texts = saidOf(part).map(item => JSON.stringify(item))
    length += texts.reduce((sum, text) => sum + text.length, 0)
    if (length > LONGEST_SAID) return undefined
    said.push(`[${texts.join()}]`)
    stamps.push(JSON.stringify(part.map(({ stamp }) => stamp)))
    if (pauseIsDue()) await nextTurn()
  }
  const body = [facts, said, stamps].map(lines => Buffer.from(lines.join('\n')))
  const { directory, settled, token, others } = head
  const line = {
    format: INDEX_FORMAT,
    crc32: body.reduce((sum, part) => crc32(part, sum), 0),
    bytes: body.map(part => part.byteLength),
    directory,
    settled,
    token,
    others,
    dumpers: dumpers.items,
    origins: origins.items,
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(line)}\n`), ...body])
}

function columnsOf(
  rows: readonly IndexRow[],
  dumpers: Numbering<string>,
  origins: Numbering<Origin>,
): Columns {
  return {
    names: rows.map(({ name }) => name),
    dumpers: rows.map(({ facts }) => dumpers.numberOf(facts.dumper)),
    origins: rows.map(({ facts }) => origins.numberOf(facts.origin)),
    times: rows.map(({ facts }) => facts.time),
    bytes: rows.map(({ facts }) => facts.bytes),
  }
}

function saidOf(rows: readonly IndexRow[]): Said[] {
  const said: Said[] = []
  for (const [i, { facts }] of rows.entries()) {
    const { attributes, tags } = facts
    if (tags.length > 0 || Object.keys(attributes).length > 0) said.push([i, attributes, tags])
  }
  return said
}

/** Things that many rows share, each with a number. */
class Numbering<T> {
  readonly items: T[] = []
  readonly #byText = new Map<string, number>()
  readonly #byIdentity = new Map<T, number>()
  readonly #textOf: (item: T) => string

  constructor(textOf: (item: T) => string) {
    this.#textOf = textOf
  }

  numberOf(item: T): number {
    const known = this.#byIdentity.get(item)
    if (known !== undefined) return known
    const text = this.#textOf(item)
    const number = this.#byText.get(text) ?? this.items.push(item) - 1
    this.#byText.set(text, number)
    // Rows that came out of an index share these objects already.
    this.#byIdentity.set(item, number)
    return number
  }
}

/** The index in `data`, or undefined where that is none. */
export async function decodeIndex(data: Buffer): Promise<Index | undefined> {
  const end = data.indexOf('\n')
  const head = parsed(data.toString('utf8', 0, Math.max(0, end)))
  if (!isHead(head) || head.format !== INDEX_FORMAT) return undefined
  const body = data.subarray(end + 1)
  const [factsLength, saidLength, stampsLength] = head.bytes
  if (factsLength + saidLength + stampsLength !== body.byteLength || head.crc32 !== crc32(body))
    return undefined
  const blocks = await parsedLines(body.subarray(0, factsLength), (value): value is Columns =>
    isColumns(value, head.dumpers.length, head.origins.length),
  )
  if (!blocks?.every(({ names }, i) => names.length === ROWS_IN_LINE || i === blocks.length - 1))
    return undefined
  return new IndexText(head, blocks, body.subarray(factsLength))
}

/** An index that was read. Every line but the last one holds {@link ROWS_IN_LINE} rows. */
class IndexText implements Index {
  readonly directory: string
  readonly settled: boolean
  readonly token: string
  readonly others: readonly string[]
  readonly names: readonly string[]
  readonly #head: HeadLine
  readonly #blocks: readonly Columns[]
  /** The lines after the facts. */
  readonly #rest: Buffer
  readonly #said = new Map<number, Pick<Facts, 'attributes' | 'tags'>>()

  constructor(head: HeadLine, blocks: readonly Columns[], rest: Buffer) {
    this.directory = head.directory
    this.settled = head.settled
    this.token = head.token
    this.others = head.others
    this.names = ([] as string[]).concat(...blocks.map(block => block.names))
    this.#head = head
    this.#blocks = blocks
    this.#rest = rest
  }

  facts(row: number): Facts {
    const block = this.#blocks[Math.floor(row / ROWS_IN_LINE)]!
    const i = row % ROWS_IN_LINE
    const { attributes, tags } = this.#said.get(row) ?? NOTHING_SAID
    return {
      dumper: this.#head.dumpers[block.dumpers[i]!]!,
      time: block.times[i]!,
      bytes: block.bytes[i]!,
      origin: this.#head.origins[block.origins[i]!]!,
      attributes,
      tags,
    }
  }

  async readSaid(): Promise<boolean> {
    const lines = await parsedLines(this.#rest.subarray(0, this.#head.bytes[1]), isSaidLine)
    for (const [block, line] of (lines ?? []).entries()) {
      for (const [i, attributes, tags] of line) this.#said.set(block * ROWS_IN_LINE + i, { attributes, tags })
    }
    return lines !== undefined
  }

  async stamps(): Promise<readonly (Stamp | null)[] | undefined> {
    const lines = await parsedLines(this.#rest.subarray(this.#head.bytes[1]), isStampLine)
    const stamps = lines?.flat()
    return stamps?.length === this.names.length ? stamps : undefined
  }
}

const NOTHING_SAID: Pick<Facts, 'attributes' | 'tags'> = { attributes: {}, tags: [] }

/** The values of all lines; undefined where one of them is not what it should be. */
async function parsedLines<T>(data: Buffer, is: (value: unknown) => value is T): Promise<T[] | undefined> {
  const values: T[] = []
  for (let start = 0; start < data.byteLength; ) {
    const newline = data.indexOf('\n', start)
    const end = newline < 0 ? data.byteLength : newline
    const value = parsed(data.toString('utf8', start, end))
    if (!is(value)) return undefined
    values.push(value)
    start = end + 1
    if (pauseIsDue()) await nextTurn()
  }
  return values
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No JSON is no index, as any other value that is none.
    return undefined
  }
}
