/**
 * The arrays of a shared store as they lie in its directory. Two files of one name are what a crash in the middle of a
 * replacement leaves: the newest whole one stands, the others are to be removed by the next writer.
 */
import type { FileStamp, LiveFolder, RandomAccess } from '../../src/dumper.js'
import { DirdictError, isDirdictError } from '../../src/errors.js'
import { type ArrayFile, bytesOf, elementFormat, parseFileName } from './file-name.js'

/** What stands under a name, and what is left over beside it. */
export interface Standing {
  readonly array: ArrayFile
  readonly stamp: FileStamp
  readonly leftOver: readonly string[]
}

/** Names that an error message lists. */
const MOST_NAMED = 5
/** Listings in a row, during which nothing moved, that show everything: one may fall into a tick of the disk's clock. */
const QUIET_LISTINGS = 2
/** Of a directory in which something moves all the time. Each misses an array with a chance of one in six at most. */
const MOST_LISTINGS = 12

export async function arrayNames(folder: LiveFolder): Promise<string[]> {
  const names = new Set<string>()
  for await (const files of listings(folder)) for (const { name } of files) names.add(name)
  return [...names].sort()
}

/** What stands under `name`, or undefined. */
export async function findArray(folder: LiveFolder, name: string): Promise<Standing | undefined> {
  for (;;) {
    const files = await filesNamed(folder, name)
    const found: { array: ArrayFile; stamp: FileStamp }[] = []
    for (const array of files) {
      const stamp = await folder.stamp(array.file)
      if (stamp !== undefined) found.push({ array, stamp })
    }
    // A file that was renamed since it was listed is looked for again.
    if (found.length < files.length) continue
    const [first, ...rest] = found.sort(newestWholeFirst)
    return first && { ...first, leftOver: rest.map(({ array }) => array.file) }
  }
}

/** The same, where it has to be there. OPTION_INVALID names the arrays that are. */
export async function arrayAt(folder: LiveFolder, name: string): Promise<Standing> {
  const standing = await findArray(folder, name)
  if (standing !== undefined) return standing
  const names = await arrayNames(folder)
  const listed = names.slice(0, MOST_NAMED).map(one => JSON.stringify(one))
  const more = names.length > MOST_NAMED ? ', …' : ''
  const others = names.length === 0 ? 'it has none' : `it has ${listed.join(', ')}${more}`
  throw new DirdictError(
    'OPTION_INVALID',
    `There is no array ${JSON.stringify(name)} in this store; ${others}.`,
    {
      option: 'name',
      dumper: 'shared',
    },
  )
}

/** Opens what stands under `name`. It stays that file, whatever becomes of the name. */
export async function openArray(
  folder: LiveFolder,
  name: string,
): Promise<{ standing: Standing; source: RandomAccess }> {
  for (;;) {
    const standing = await arrayAt(folder, name)
    try {
      const source = await folder.open(standing.array.file)
      await assertWhole(standing.array, source)
      const now = await folder.stamp(standing.array.file)
      if (now?.file === standing.stamp.file) return { standing, source }
      // Another array of the same shape has come in between.
      await source.close()
    } catch (error) {
      const isRenamed = (await folder.stamp(standing.array.file)) === undefined
      if (!isRenamed || !isDirdictError(error, 'CORRUPT_ENTRY')) throw error
    }
  }
}

/** CORRUPT_ENTRY where a file is shorter than its name says. What is beyond is of an append that did not come to its end. */
async function assertWhole(array: ArrayFile, source: RandomAccess): Promise<void> {
  try {
    const bytes = bytesOf(array, elementFormat(array))
    if (source.size >= bytes) return
    const message = `the file ${JSON.stringify(array.file)} is damaged: it has ${source.size} bytes; its name says ${bytes}`
    throw new DirdictError('CORRUPT_ENTRY', message, { file: array.file, dumper: 'shared' })
  } catch (error) {
    await source.close()
    throw error
  }
}

/** The files of one array, from the first listing that has any. */
async function filesNamed(folder: LiveFolder, name: string): Promise<ArrayFile[]> {
  for await (const files of listings(folder)) {
    const found = files.filter(array => array.name === name)
    if (found.length > 0) return found
  }
  return []
}

/**
 * Listings of the directory that show all arrays together. A single one of a long directory misses a file that is renamed
 * meanwhile, as by every append, from where it has still to look to where it has looked.
 */
async function* listings(folder: LiveFolder): AsyncGenerator<ArrayFile[]> {
  let before = await folder.stamp()
  for (let quiet = 0, count = 0; quiet < QUIET_LISTINGS && count < MOST_LISTINGS; count++) {
    const names = await folder.names()
    const after = await folder.stamp()
    quiet = before?.modified === after?.modified ? quiet + 1 : 0
    before = after
    yield names.filter(file => !file.includes('/')).flatMap(file => parseFileName(file) ?? [])
  }
}

type Found = Pick<Standing, 'array' | 'stamp'>

function newestWholeFirst(a: Found, b: Found): number {
  const whole = Number(isWhole(b)) - Number(isWhole(a))
  if (whole !== 0) return whole
  if (a.stamp.modified !== b.stamp.modified) return a.stamp.modified > b.stamp.modified ? -1 : 1
  return a.array.file < b.array.file ? 1 : -1
}

function isWhole({ array, stamp }: Found): boolean {
  try {
    return stamp.size >= bytesOf(array, elementFormat(array))
  } catch (error) {
    if (isDirdictError(error)) return false
    throw error
  }
}
