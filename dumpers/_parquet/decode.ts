/**
 * Row groups as record batches: the chunks that are wanted become a small file, are checked, and are decoded by
 * parquet-wasm, which sees nothing that is not announced by headers that hold together.
 */
import type { RecordBatch, Schema } from 'apache-arrow'
import { makeBatch, readBatches } from '../_arrow/batch.js'
import { type Arrow, Rebuilder } from '../_arrow/rebuild.js'
import type { Choice } from './choose.js'
import { CodecError } from './codec.js'
import { damaged, intact, tooLarge } from './damage.js'
import type { ParquetFile } from './open.js'
import { walkPages } from './pages.js'
import { type ChosenGroup, type Placed, type Projection, smallFile } from './project.js'
import type { Runner } from './runner.js'
import { withNames } from './schema.js'
import { type ColumnSubset, ENORMOUS, type Unit } from './units.js'

interface Decoded {
  readonly schema: Schema
  readonly batches: readonly RecordBatch[]
}

export class Decoder {
  readonly #arrow: Arrow
  readonly #file: ParquetFile
  readonly #choice: Choice
  readonly #projection: Projection
  readonly #runner: Runner

  private constructor(
    arrow: Arrow,
    file: ParquetFile,
    choice: Choice,
    projection: Projection,
    runner: Runner,
  ) {
    this.#arrow = arrow
    this.#file = file
    this.#choice = choice
    this.#projection = projection
    this.#runner = runner
  }

  static async of(arrow: Arrow, file: ParquetFile, choice: Choice, runner: Runner): Promise<Decoder> {
    return new Decoder(arrow, file, choice, await choice.projection(choice.columns), runner)
  }

  /** The schema of all batches, where there may be none. */
  async schema(): Promise<Schema> {
    return (await this.#run(smallFile(this.#projection, []).bytes, this.#projection, NOTHING)).schema
  }

  /** All rows of the row groups of `unit`. */
  async decode(unit: Unit): Promise<Decoded> {
    if (unit.subsets !== undefined) return this.#decodeByColumns(unit, unit.subsets)
    const whole = this.#wholeFile(unit)
    if (whole === undefined) return this.#decodeGroups(this.#projection, unit.parts, unit)
    intact(this.#file.name, () => {
      for (const { chunks } of unit.parts)
        for (const chunk of chunks) walkPages(chunk, whole.subarray(chunk.from, chunk.from + chunk.length))
    })
    return this.#run(whole, this.#projection, unit)
  }

  /** The file as it is, where nothing of it is left out: thousands of columns need not be described again. */
  #wholeFile({ parts }: Unit): Uint8Array | undefined {
    const { source, footer } = this.#file
    const all =
      parts.length === footer.groups.length &&
      this.#choice.columns.length === footer.columns.length &&
      this.#choice.columns.every((column, i) => column === footer.columns[i])
    return all && !this.#runner.takesBytes ? source.bytes : undefined
  }

  async #decodeGroups(projection: Projection, groups: readonly ChosenGroup[], size: Size): Promise<Decoded> {
    const { bytes, moves } = intact(this.#file.name, () => smallFile(projection, groups))
    await this.#fill(bytes, moves)
    return this.#run(bytes, projection, size)
  }

  /** Chunks that lie side by side are read together. */
  async #fill(bytes: Uint8Array, moves: readonly Placed[]): Promise<void> {
    const { name, source, sums } = this.#file
    for (let i = 0; i < moves.length; ) {
      const first = moves[i]!
      let length = first.chunk.length
      for (i++; moves[i]?.chunk.from === first.chunk.from + length; i++) length += moves[i]!.chunk.length
      await source.readInto(first.chunk.from, bytes.subarray(first.to, first.to + length))
    }
    intact(name, () => {
      for (const { chunk, to, group } of moves) {
        const pages = bytes.subarray(to, to + chunk.length)
        sums?.check(group, chunk, pages)
        walkPages(chunk, pages)
      }
    })
  }

  async #run(bytes: Uint8Array, { columns }: Projection, { rows, decoded }: Size): Promise<Decoded> {
    const { name } = this.#file
    let ipc: Uint8Array
    try {
      ipc = await this.#runner.run({ kind: 'decode', bytes })
    } catch (error) {
      if (!(error instanceof CodecError)) throw error
      if (error.panic && decoded > ENORMOUS)
        throw tooLarge(name, 'needs more memory to be decoded than there is. Read fewer columns at a time.')
      throw damaged(name, error)
    }
    return intact(name, () => {
      const { schema: read, batches } = readBatches(this.#arrow, ipc)
      const found = batches.reduce((sum, batch) => sum + batch.numRows, 0)
      if (found !== rows) throw new RangeError(`its footer promises ${rows} rows and ${found} are there`)
      const schema = withNames(this.#arrow, read, columns)
      const full = batches.filter(batch => batch.numRows > 0)
      return { schema, batches: schema === read ? full : full.map(batch => this.#under(schema, batch)) }
    })
  }

  #under(schema: Schema, { data, numRows }: RecordBatch): RecordBatch {
    return makeBatch(this.#arrow, schema, data.children, numRows)
  }

  /** Some columns after the others, so that never more than the bound is under way. */
  async #decodeByColumns({ parts, rows }: Unit, subsets: readonly ColumnSubset[]): Promise<Decoded> {
    const schema = await this.schema()
    const { group } = parts[0]!
    const decoded: (readonly RecordBatch[])[] = []
    for (const { columns, chunks } of subsets) {
      const size = chunks.reduce((sum, chunk) => sum + chunk.decoded, 0)
      const projection = await this.#choice.projection(columns)
      const { batches } = await this.#decodeGroups(projection, [{ group, chunks }], { rows, decoded: size })
      decoded.push(batches)
    }
    return { schema, batches: intact(this.#file.name, () => this.#zip(schema, decoded)) }
  }

  /** All were cut after the same numbers of rows; each numbered its dictionaries by itself. */
  #zip(schema: Schema, subsets: readonly (readonly RecordBatch[])[]): RecordBatch[] {
    const rebuilder = new Rebuilder(this.#arrow)
    return (subsets[0] ?? []).map(({ numRows }, i) => {
      const children = subsets.flatMap(batches => batches[i]?.data.children ?? [])
      if (children.length !== schema.fields.length || children.some(child => child.length !== numRows))
        throw new RangeError('its columns differ in length')
      const typed = children.map((child, k) => rebuilder.data(child, schema.fields[k]!.type))
      return makeBatch(this.#arrow, schema, typed, numRows)
    })
  }
}

interface Size {
  readonly rows: number
  readonly decoded: number
}

const NOTHING: Size = { rows: 0, decoded: 0 }
