/**
 * What a zarr array says of itself, in one form for versions 2 and 3 of the format.
 */
import type { ElementFormat } from '../_npy/descr.js'
import type { Decode } from './decode.js'
import type { ObjectCodec } from './objects.js'

/** Elements of one size, or values of any size that a codec turns into bytes. */
export type Elements =
  | { readonly kind: 'fixed'; readonly format: ElementFormat; readonly fill: Uint8Array }
  | { readonly kind: 'object'; readonly codec: ObjectCodec; readonly fill: string | Uint8Array }

/** How one chunk is made of its bytes. */
export interface Encoding {
  /** Elements along each axis. */
  readonly shape: readonly number[]
  /** The axes as the elements lie, the slowest first; 0, 1, … in C order. */
  readonly order: readonly number[]
  /** What undoes the codecs, in the order in which it is done. */
  readonly decode: readonly Decode[]
}

/** Shards: files that hold many chunks and an index of them. */
export interface Sharding {
  /** Of the whole file. */
  readonly shape: readonly number[]
  readonly indexAtEnd: boolean
  /** Whether a CRC-32C follows the index. */
  readonly indexChecked: boolean
}

/** An array, described. */
export interface ZarrMeta {
  /** The file that says all this. */
  readonly file: string
  readonly shape: readonly number[]
  readonly elements: Elements
  readonly chunk: Encoding
  readonly sharding?: Sharding
  /** The file that holds the chunk, or the shard, at these places of the grid. */
  nameOf(place: readonly number[]): string
  /** The user's attributes, where there are any. */
  readonly attributes: Readonly<Record<string, unknown>> | undefined
}
