/**
 * The bytes of a Parquet file. A whole read takes the file as it is into memory, which checks it against its record;
 * a part is read through one descriptor, so that it is of one file even where that is replaced.
 */
import type { ReadFolder } from '../../src/dumper.js'

export interface Source {
  readonly size: number
  /** The whole file, where it is in memory. */
  readonly bytes?: Uint8Array
  /** Not to be written to: it may be the file in memory. RangeError or CORRUPT_ENTRY where the file ends before. */
  read(offset: number, length: number): Promise<Uint8Array>
  /** Reads into `out`, from byte `offset` of the file on. */
  readInto(offset: number, out: Uint8Array): Promise<void>
  close(): Promise<void>
}

/** The file through one descriptor. */
export async function openSource(folder: ReadFolder, file: string): Promise<Source> {
  const access = await folder.open(file)
  return {
    size: access.size,
    read: (offset, length) => access.read({ offset, length }),
    readInto: async (offset, out) => {
      folder.signal?.throwIfAborted()
      await access.read({ offset, length: out.byteLength, out })
    },
    close: () => access.close(),
  }
}

/** The file in memory. */
export function memorySource(bytes: Uint8Array): Source {
  return {
    size: bytes.byteLength,
    bytes,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
    readInto: async (offset, out) => out.set(bytes.subarray(offset, offset + out.byteLength)),
    close: async () => {},
  }
}
