/** Zip archives made by hand, of which every number may be a lie. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import { encode } from '../../dumpers/_npy/encode.js'
import { npz } from '../../dumpers/npz.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import type { GetOptionsOf, InputOf, NDArray, OutputOf, SetOptionsOf } from '../../src/index.js'

/** A member; what is not said is as it should be. */
export interface Made {
  readonly name: string
  /** What it holds before compression. */
  readonly content: Uint8Array
  /** @default 0, stored */
  readonly method?: number
  /** What lies in the archive. @default `content`, deflated by method 8 */
  readonly data?: Uint8Array
  readonly crc32?: number
  readonly compressed?: number
  readonly size?: number
  readonly flags?: number
  /** Where its local header is said to be. */
  readonly offset?: number
  /** The name in its local header. */
  readonly localName?: string
  /** Whether names are written one byte a character. @default false, UTF-8 */
  readonly latin1?: boolean
}

/** The archive of `members`. `count` is the number of members that its end tells. */
export function archive(members: readonly Made[], count: number = members.length, comment = ''): Buffer {
  const pieces: Buffer[] = []
  const directory: Buffer[] = []
  let position = 0
  const put = (piece: Uint8Array): void => {
    pieces.push(Buffer.from(piece))
    position += piece.length
  }
  for (const made of members) {
    const { name, content, method = 0, flags = 0, localName = name } = made
    const [rawName, rawLocal] = [name, localName].map(text =>
      Buffer.from(text, made.latin1 ? 'latin1' : 'utf8'),
    ) as [Buffer, Buffer]
    const data = made.data ?? (method === 8 ? deflateRawSync(content) : content)
    const sums = [made.crc32 ?? crc32(content), made.compressed ?? data.length, made.size ?? content.length]
    const offset = made.offset ?? position
    put(
      numbers(
        [0x04034b50, 4],
        [20, 2],
        [flags, 2],
        [method, 2],
        [0, 4],
        ...sums.map(wide),
        [rawLocal.length, 2],
        [0, 2],
      ),
    )
    put(rawLocal)
    put(data)
    directory.push(
      numbers(
        [0x02014b50, 4],
        [20, 2],
        [20, 2],
        [flags, 2],
        [method, 2],
        [0, 4],
        ...sums.map(wide),
        [rawName.length, 2],
        [0, 2],
        [0, 2],
        [0, 4],
        [0, 4],
        [offset, 4],
      ),
      rawName,
    )
  }
  const begin = position
  for (const piece of directory) put(piece)
  const length = position - begin
  put(numbers([0x06054b50, 4], [0, 4], [count, 2], [count, 2], [length, 4], [begin, 4], [comment.length, 2]))
  put(Buffer.from(comment))
  return Buffer.concat(pieces)
}

function wide(n: number): readonly [n: number, bytes: 2 | 4] {
  return [n, 4]
}

function numbers(...fields: readonly (readonly [n: number, bytes: 2 | 4])[]): Buffer {
  return Buffer.concat(
    fields.map(([n, bytes]) => {
      const field = Buffer.alloc(bytes)
      field.writeUIntLE(n, 0, bytes)
      return field
    }),
  )
}

/** The npy file of an array. */
export function npy(a: NDArray): Buffer {
  return Buffer.concat([...encode(a)])
}

/** The directory of an entry of `npz` without records, as another program makes it; it goes with the test. */
export function entry(file?: Uint8Array): string {
  const path = join(mkdtempSync(join(tmpdir(), 'dirdict-npz-')), 'entry')
  onTestFinished(() => rmSync(join(path, '..'), { recursive: true }))
  mkdirSync(path)
  if (file !== undefined) writeFileSync(join(path, 'np.npz'), file)
  return path
}

export async function dumped(
  value: InputOf<typeof npz>,
  options: SetOptionsOf<typeof npz> = {},
): Promise<string> {
  const path = entry()
  await npz.dump(value, new EntryWriteFolder(path, 'a', { durable: false }), options)
  return path
}

export function load(
  path: string,
  options: GetOptionsOf<typeof npz> = {},
  signal?: AbortSignal,
): Promise<OutputOf<typeof npz>> {
  return npz.load(new EntryReadFolder(path, 'a', { signal }), {}, options)
}
