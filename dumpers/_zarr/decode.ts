/** What codecs and filters have in common. */

/** What undoes one codec. */
export interface Decode {
  /** As metadata name it. */
  readonly name: string
  /** Throws anything for bytes that the codec did not make, and for more than `most` of them. */
  readonly undo: (bytes: Uint8Array, most: number) => Uint8Array | Promise<Uint8Array>
}
