/**
 * What differs between two databases on disk, file by file. Deflated data is compared after inflating: every build of
 * zlib finds its own matches.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateRawSync, inflateSync } from 'node:zlib'
import { inMemory } from '../../../dumpers/_npy/in-memory.js'
import { readDirectory } from '../../../dumpers/_zip/directory.js'
import { listFiles } from '../../../src/testing/raw-disk.js'

/** One line for each file that only one of them has, or that differs. */
export async function differences(before: string, now: string): Promise<string[]> {
  const [old, fresh] = [listFiles(before), listFiles(now)]
  const found: string[] = []
  for (const file of new Set([...old, ...fresh])) {
    if (!old.includes(file)) found.push(`${file} is new`)
    else if (!fresh.includes(file)) found.push(`${file} is missing`)
    else if (!(await areEqual(join(before, file), join(now, file)))) found.push(`${file} differs`)
  }
  return found.sort()
}

/** A chunk of zarr, not its metadata, whose names begin with a dot. */
const CHUNK = /(^|\/)obj\.zarr\/[^.][^/]*$/

async function areEqual(before: string, now: string): Promise<boolean> {
  const [old, fresh] = [readFileSync(before), readFileSync(now)]
  if (old.equals(fresh)) return true
  if (before.endsWith('.npz')) return (await inflatedMembers(old)) === (await inflatedMembers(fresh))
  if (CHUNK.test(before)) return inflateSync(old).equals(inflateSync(fresh))
  return before.endsWith('/dirdict.json') && withoutDeflated(old) === withoutDeflated(fresh)
}

/** The local header of every member, which has no lengths in it, and what the member holds. */
async function inflatedMembers(archive: Buffer): Promise<string> {
  const members = await readDirectory(inMemory(archive), 'np.npz')
  return JSON.stringify(
    members.map(({ method, offset, compressed }) => {
      const fixed = offset + 30
      const start = fixed + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28)
      const data = archive.subarray(start, start + compressed)
      const content = method === 0 ? data : inflateRawSync(data)
      return [archive.toString('hex', offset, start), content.toString('hex')]
    }),
  )
}

/** A record without the lengths and checksums of deflated files. */
function withoutDeflated(record: Buffer): string {
  const content: { files: { name: string }[] } = JSON.parse(record.toString('utf8'))
  const files = content.files.map(file =>
    CHUNK.test(file.name) || file.name.endsWith('.npz') ? { name: file.name } : file,
  )
  return JSON.stringify({ ...content, files })
}
