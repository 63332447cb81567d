/**
 * A walk over the page headers of a column chunk, before a decoder believes them: pages that lead out of the chunk,
 * sizes that no codec reaches and more values than the chunk has are found without decoding anything.
 * Format: https://parquet.apache.org/docs/file-format/data-pages/
 */
import { type Chunk, columnPath } from './chunk.js'
import { FieldCursor } from './thrift-fields.js'

/** The field of a PageHeader with the details of its kind, by PageType: data, index, dictionary, data of version 2. */
const DETAILS = [5, 6, 7, 8]
const INDEX = 1
const DICTIONARY = 2
/** How far a codec can shrink data at most, by CompressionCodec: none, Snappy, gzip. The others have no near bound. */
const MOST_SHRINKING = [1, 24, 1032]
const SLACK = 1024
/** Writers do not all count the same; pages of more than twice the size would not be an oversight. */
const UNTOLD = 2 ** 20

interface Page {
  kind: number
  uncompressed: number
  compressed: number
  values: number
  /** Where the header ends. */
  end: number
}

/** RangeError where the pages cannot be what their headers and the footer say. */
export function walkPages(chunk: Chunk, pages: Uint8Array): void {
  let values = 0
  let size = 0
  for (let at = 0; at < pages.byteLength; ) {
    const page = readPage(pages, at)
    const { kind, uncompressed, compressed } = page
    if (kind < 0 || kind > 3 || uncompressed < 0 || compressed < 0 || page.values < 0)
      throw wrong(chunk, 'has a damaged page header')
    at = page.end + compressed
    if (at > pages.byteLength) throw wrong(chunk, 'has a page that goes on after its end')
    if (uncompressed > compressed * (MOST_SHRINKING[chunk.codec] ?? Number.POSITIVE_INFINITY) + SLACK)
      throw wrong(chunk, `has a page of ${compressed} bytes that is said to hold ${uncompressed}`)
    size += uncompressed
    // Each value of a dictionary takes a byte at least.
    if (kind === DICTIONARY && page.values > uncompressed)
      throw wrong(chunk, `has a dictionary of ${page.values} values in ${uncompressed} bytes`)
    if (kind !== DICTIONARY && kind !== INDEX) values += page.values
  }
  if (values !== chunk.values)
    throw wrong(chunk, `has ${values} values; its description says ${chunk.values}`)
  if (size > 2 * chunk.decoded + UNTOLD)
    throw wrong(chunk, `has pages of ${size} bytes, which the footer does not tell`)
}

function readPage(pages: Uint8Array, at: number): Page {
  const page: Page = { kind: -1, uncompressed: -1, compressed: -1, values: 0, end: at }
  const header = new FieldCursor(pages, at)
  while (header.next()) {
    if (header.id === 1) page.kind = header.number()
    else if (header.id === 2) page.uncompressed = header.number()
    else if (header.id === 3) page.compressed = header.number()
    else if (header.id === DETAILS[page.kind] && page.kind !== INDEX) page.values = valuesOf(header.struct())
  }
  page.end = header.end
  return page
}

/** The kinds of pages all have it first. */
function valuesOf(details: FieldCursor): number {
  while (details.next()) if (details.id === 1) return details.number()
  return -1
}

function wrong(chunk: Chunk, what: string): RangeError {
  return new RangeError(`column ${JSON.stringify(columnPath(chunk))} ${what}`)
}
