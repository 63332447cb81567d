/**
 * `get --out`: the data file of an entry, copied to where the user wants it. The copy appears whole or not at all, and
 * is checked against the record on the way.
 */
import { readdirSync } from 'node:fs'
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { type DataBase, DirdictError, type FileRecord } from '../index.js'

const PIECE = 8 * 2 ** 20
/** A writer may replace the entry between the look at its record and the copy. */
const TRIES = 5
/** Files of an entry that are not its data. */
const BESIDE: readonly string[] = [
  'Loader.json',
  'Loader.pickle',
  'metadata.json',
  'dirdict.json',
  'dirdict.history.json',
  'object_meta.json',
  'schema.json',
]

/** Copies the data file of `key` to `out`, replacing what is there. CORRUPT_ENTRY where it is not as recorded. */
export async function copyOut(db: DataBase, key: string, out: string, signal: AbortSignal): Promise<void> {
  const target = await targetOf(out)
  for (let attempt = 1; ; attempt++) {
    const { dumper, files } = await db.metadata(key)
    const path = db.path(key)
    if (['folder', 'shared', 'subdb'].includes(dumper)) throw isDirectory(key, path)
    const file = onlyFile(key, path, files)
    const agrees = await copyFile(join(path, file.name), target, file, signal)
    if (agrees) return
    if (attempt === TRIES) {
      throw new DirdictError(
        'CORRUPT_ENTRY',
        `Key ${JSON.stringify(key)} is damaged: its file ${JSON.stringify(file.name)} is not what was written.`,
        { key, file: file.name },
      )
    }
  }
}

/** Where the copy goes: a link is followed, and what is no file (/dev/null) is never replaced by one. */
async function targetOf(out: string): Promise<string> {
  try {
    if ((await stat(out)).isFile()) return await realpath(out)
  } catch (error) {
    if (isMissing(error)) return out
    throw error
  }
  throw new DirdictError('OPTION_INVALID', `--out needs the name of a file; ${out} is none.`, {
    path: out,
    option: 'out',
  })
}

type DataFile = Pick<FileRecord, 'name'> & Partial<FileRecord>

/** The one data file. Entries that Python wrote have no record of their files: what lies there counts. */
function onlyFile(key: string, path: string, recorded: readonly FileRecord[]): DataFile {
  const files: readonly DataFile[] =
    recorded.length > 0 ? recorded : readdirSync(path).map((name): DataFile => ({ name }))
  const data = files.filter(file => !BESIDE.includes(file.name))
  const [first] = data
  if (first !== undefined && data.length === 1) return first
  throw new DirdictError(
    'OPTION_INVALID',
    `Key ${JSON.stringify(key)} has ${data.length} data files, not one; they lie in ${path}.`,
    { key, path, option: 'out' },
  )
}

/** False, and nothing written to `out`, where the file is not as recorded or not there. */
async function copyFile(from: string, out: string, record: DataFile, signal: AbortSignal): Promise<boolean> {
  const source = await openIfThere(from)
  if (source === undefined) return false
  const draft = join(dirname(out), `.${basename(out)}.${process.pid}.tmp`)
  try {
    const target = await open(draft, 'wx')
    try {
      const copied = await copyBytes(source, target, signal)
      if (record.bytes !== undefined && record.bytes !== copied.bytes) return false
      if (record.crc32 !== undefined && record.crc32 !== copied.sum) return false
      await target.sync()
    } finally {
      await target.close()
    }
    await rename(draft, out)
    return true
  } finally {
    await source.close()
    await rm(draft, { force: true })
  }
}

async function copyBytes(
  source: FileHandle,
  target: FileHandle,
  signal: AbortSignal,
): Promise<{ bytes: number; sum: number }> {
  const buffer = new Uint8Array(PIECE)
  let bytes = 0
  let sum = 0
  for (;;) {
    signal.throwIfAborted()
    const { bytesRead } = await source.read(buffer, 0, PIECE, bytes)
    if (bytesRead === 0) return { bytes, sum }
    const piece = buffer.subarray(0, bytesRead)
    sum = crc32(piece, sum)
    for (let done = 0; done < bytesRead; ) {
      done += (await target.write(piece, done, bytesRead - done, bytes + done)).bytesWritten
    }
    bytes += bytesRead
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function isDirectory(key: string, path: string): DirdictError {
  return new DirdictError(
    'OPTION_INVALID',
    `Key ${JSON.stringify(key)} is a directory, not a file: copy it from ${path}.`,
    { key, path, option: 'out' },
  )
}
