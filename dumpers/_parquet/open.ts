/**
 * A Parquet file of an entry, opened: where its bytes come from, its footer, and the checksums of its column chunks
 * where this package wrote it.
 */
import { crc32 } from 'node:zlib'
import type { ReadFolder } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import { damaged, intact } from './damage.js'
import { type Footer, footerLength, MAGIC, readFooter, TAIL } from './footer.js'
import { memorySource, openSource, type Source } from './source.js'
import { decodeSums, type Sums } from './sums.js'

export interface ParquetFile {
  readonly name: string
  readonly source: Source
  readonly footer: Footer
  /** The footer as it is in the file. */
  readonly encoded: Uint8Array
  /** Where what is read has yet to be checked, and can be. */
  readonly sums: Sums | undefined
}

/** What the loader arguments say of the file; nothing where this package did not write it. */
export interface Recorded {
  readonly rows: number | undefined
  /** CRC-32 of the footer. */
  readonly footer: number | undefined
}

/** The tail and, for most files, the whole footer. */
const FIRST_READ = 65536
/** A larger file is not taken into memory as a whole. */
const LARGEST_IN_MEMORY = 256 * 2 ** 20

/** CORRUPT_ENTRY where the footer is not what was written; the caller closes the source. */
export async function openParquet(
  folder: ReadFolder,
  name: string,
  recorded: Recorded,
  whole: boolean,
): Promise<ParquetFile> {
  // Without checksums of its parts, the whole is all that can be checked.
  const unsummed = recorded.rows !== undefined && recorded.footer === undefined
  const inMemory = whole && (unsummed || (await folder.size(name)) <= LARGEST_IN_MEMORY)
  const source = inMemory ? memorySource(await folder.read(name)) : await openSource(folder, name)
  try {
    const encoded = await readEncoded(source, name)
    const footer = intact(name, () => readFooter(encoded))
    check(name, footer, encoded, recorded)
    const summed = recorded.footer !== undefined && !inMemory
    return {
      name,
      source,
      footer,
      encoded,
      sums: summed ? intact(name, () => decodeSums(footer)) : undefined,
    }
  } catch (error) {
    await source.close()
    throw error
  }
}

async function readEncoded(source: Source, name: string): Promise<Uint8Array> {
  const { size } = source
  const first = Math.min(size, FIRST_READ)
  let tail = await source.read(size - first, first)
  const length = intact(name, () => footerLength(tail.subarray(-TAIL), size))
  if (length + TAIL > first) tail = await source.read(size - TAIL - length, length + TAIL)
  const head = await source.read(0, MAGIC.byteLength)
  if (Buffer.compare(head, MAGIC) !== 0) throw damaged(name, new RangeError('it does not begin with PAR1'))
  return tail.subarray(tail.byteLength - TAIL - length, -TAIL)
}

function check(name: string, footer: Footer, encoded: Uint8Array, recorded: Recorded): void {
  if (recorded.footer !== undefined && crc32(encoded) !== recorded.footer)
    throw damaged(
      name,
      new RangeError('its footer is not what was written: its CRC-32 differs from the record'),
    )
  if (recorded.rows !== undefined && recorded.rows !== footer.rows)
    throw damaged(name, new RangeError(`it has ${footer.rows} rows; ${recorded.rows} were written`))
  // apache-arrow would give both columns the values of the last.
  if (new Set(footer.columns.map(column => column.name)).size === footer.columns.length) return
  throw new DirdictError(
    'UNSUPPORTED_FORMAT',
    `${name} has two columns of one name, which Arrow cannot tell apart.`,
    { file: name },
  )
}
