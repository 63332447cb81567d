/**
 * The parts of a table as they are found: what the record says of them, or else what their footers say.
 */
import { createHash } from 'node:crypto'
import type { Schema } from 'apache-arrow'
import type { HeldFolder, LoaderArguments, ReadFolder } from '../../src/dumper.js'
import type { Arrow } from '../_arrow/rebuild.js'
import type { ParquetWasm } from '../_parquet/codec.js'
import { intact } from '../_parquet/damage.js'
import { type Footer, field, keyValues } from '../_parquet/footer.js'
import { inOrder } from '../_parquet/in-order.js'
import { openParquet, type ParquetFile, type Recorded } from '../_parquet/open.js'
import { ARROW_SCHEMA } from '../_parquet/project.js'
import { type Runner, runnerFor } from '../_parquet/runner.js'
import { readSchema } from '../_parquet/schema.js'
import { partFiles } from './file-names.js'
import { type PartSchema, unified } from './unify.js'

/** One part. */
export interface Part {
  readonly file: string
  /** The table's row that it begins with. */
  readonly start: number
  readonly rows: number
  /** CRC-32 of its footer, where this package wrote it. */
  readonly footer: number | undefined
}

export interface FoundParts {
  readonly parts: readonly Part[]
  /** Of all parts. */
  readonly schema: Schema
  /** Whether every part has just this schema. */
  readonly uniform: boolean
}

/** What `dump` leaves in dirdict.json. */
export interface Recording {
  /** Rows of each part. */
  readonly rows: readonly number[]
  /** CRC-32 of the footer of each part. */
  readonly footers: readonly number[]
  /** Whether all parts have the schema of the first. */
  readonly uniform: boolean
}

/** Footers that are read at a time. */
const TOGETHER = 8

/** CORRUPT_ENTRY for a file that is missing or damaged; UNSUPPORTED_FORMAT where the parts have no schema in common. */
export async function findParts(
  arrow: Arrow,
  wasm: ParquetWasm,
  folder: ReadFolder,
  recorded: Recording | undefined,
): Promise<FoundParts> {
  const files = partFiles(await folder.names())
  const runner = runnerFor(wasm, 0, folder.signal)
  // The record knows the lengths of our files; those of others are all opened.
  for (const file of recorded === undefined ? [] : files) await folder.size(file)
  const schemas = new SchemaReader(arrow, runner)
  const looked = recorded?.uniform && recorded.rows.length === files.length ? files.slice(0, 1) : files
  const footers = inOrder(looked.entries(), TOGETHER, async ([i, name]) => {
    folder.signal?.throwIfAborted()
    const file = await openParquet(folder, name, recordOf(recorded, i), false)
    try {
      await schemas.add(file, i)
      return file.footer.rows
    } finally {
      await file.source.close()
    }
  })
  const rows: number[] = []
  for await (const count of footers) rows.push(count)
  const all = schemas.found
  return {
    parts: numbered(files, looked.length === files.length ? rows : (recorded?.rows ?? rows), recorded),
    schema: unified(arrow, all),
    uniform: all.length === 1,
  }
}

/** The arguments that `dump` left; undefined where another program wrote the entry. */
export function recordingOf(args: LoaderArguments): Recording | undefined {
  const { rows, footers, uniform } = args
  if (!areCounts(rows) || !areCounts(footers) || rows.length !== footers.length) return undefined
  return { rows, footers, uniform: uniform === true }
}

/** One part, opened; CORRUPT_ENTRY where it is not what was found. The caller closes its source. */
export function openPart(folder: HeldFolder, part: Part): Promise<ParquetFile> {
  return openParquet(folder, part.file, part, false)
}

/** Each schema is decoded once: of a thousand parts with a thousand columns that would take minutes. */
class SchemaReader {
  readonly #arrow: Arrow
  readonly #runner: Runner
  readonly #known = new Set<string>()
  readonly #found: (PartSchema & { readonly part: number })[] = []

  constructor(arrow: Arrow, runner: Runner) {
    this.#arrow = arrow
    this.#runner = runner
  }

  /** In the order of the parts. */
  get found(): [PartSchema, ...PartSchema[]] {
    const [first, ...others] = this.#found.sort((a, b) => a.part - b.part)
    if (first === undefined) throw new RangeError('a table has one part at least')
    return [first, ...others]
  }

  async add(file: ParquetFile, part: number): Promise<void> {
    const digest = intact(file.name, () => schemaDigest(file.footer))
    if (this.#known.has(digest)) return
    this.#known.add(digest)
    this.#found.push({ schema: await readSchema(this.#arrow, this.#runner, file), file: file.name, part })
  }
}

function schemaDigest(footer: Footer): string {
  const hash = createHash('sha256').update(field(footer.fields, 2).body)
  return hash.update(keyValues(footer).get(ARROW_SCHEMA) ?? '').digest('base64')
}

function recordOf(recorded: Recording | undefined, index: number): Recorded {
  return { rows: recorded?.rows[index], footer: recorded?.footers[index] }
}

function numbered(
  files: readonly string[],
  rows: readonly number[],
  recorded: Recording | undefined,
): readonly Part[] {
  let start = 0
  return files.map((file, i) => {
    const part = { file, start, rows: rows[i]!, footer: recorded?.footers[i] }
    start += part.rows
    return part
  })
}

function areCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(item => Number.isSafeInteger(item) && item >= 0)
}
