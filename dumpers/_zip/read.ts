/**
 * Reads the arrays of an archive, several at a time, each into memory of its own.
 */
import { totalmem } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RandomAccess } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import { readNpy } from '../_npy/read.js'
import type { Member } from './directory.js'
import { openMember } from './member.js'
import { type NamedArray, SUFFIX } from './named-arrays.js'

/** Arrays that are read at the same time: Node has four threads for zlib and for files. */
const AT_ONCE = 4
/** Arrays after which others get their turn. */
const TURN = 32
/** Names in a message. */
const SHOWN = 12

/**
 * The members that hold the arrays `names`, or all of them. OPTION_INVALID for a name that there is not,
 * UNSUPPORTED_FORMAT for a member that is no npy file by its name.
 */
export function chooseMembers(
  members: readonly Member[],
  names: readonly string[] | undefined,
  file: string,
): readonly Member[] {
  if (names === undefined) {
    const other = members.find(({ name }) => !name.endsWith(SUFFIX))
    if (other !== undefined) throw noArray(other, members, file)
    return members
  }
  const byName = new Map(members.map(member => [member.name, member]))
  return names.map(name => {
    const member = byName.get(name + SUFFIX)
    if (member !== undefined) return member
    const other = byName.get(name)
    throw other === undefined ? unknownName(name, members, file) : noArray(other, members, file)
  })
}

/** The arrays in `members`, with their names, in the same order. */
export async function readMembers(
  source: RandomAccess,
  members: readonly Member[],
  file: string,
  signal?: AbortSignal,
): Promise<NamedArray[]> {
  refuseTooLarge(members, file)
  const arrays: NamedArray[] = []
  const queue = members.entries()
  let failed = false
  const worker = async (): Promise<void> => {
    for (const [i, member] of queue) {
      if (failed) return
      try {
        arrays[i] = [nameOf(member), await readArray(source, member, signal)]
        if (i % TURN === TURN - 1) await nextTurn()
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return arrays
}

/** Zeros of a thousand times the size of the file are no damage, but no machine has to take them. */
function refuseTooLarge(members: readonly Member[], file: string): void {
  const needed = members.reduce((sum, { size }) => sum + size, 0)
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
  if (needed <= memory) return
  const message = `the arrays in '${file}' take ${needed} bytes, this machine has ${memory}; read some of them with the option names`
  throw new DirdictError('UNSUPPORTED_FORMAT', message, { file })
}

async function readArray(
  source: RandomAccess,
  member: Member,
  signal: AbortSignal | undefined,
): Promise<NamedArray[1]> {
  signal?.throwIfAborted()
  const content = await openMember(source, member, signal)
  try {
    return await readNpy(content, member.path, {}, signal)
  } finally {
    await content.close()
  }
}

function nameOf({ name }: Member): string {
  return name.slice(0, -SUFFIX.length)
}

function unknownName(name: string, members: readonly Member[], file: string): DirdictError {
  const message = `'${file}' has no array named ${JSON.stringify(name)}; it has ${listed(members)}`
  return new DirdictError('OPTION_INVALID', message, { file, option: 'names', dumper: 'npz' })
}

function noArray(other: Member, members: readonly Member[], file: string): DirdictError {
  const message = `'${other.path}' is no array: its name does not end in '${SUFFIX}'. The option names reads some of ${listed(members)}`
  return new DirdictError('UNSUPPORTED_FORMAT', message, { file, option: 'names' })
}

function listed(members: readonly Member[]): string {
  const names = members.filter(({ name }) => name.endsWith(SUFFIX)).map(nameOf)
  const shown = names.slice(0, SHOWN).map(name => JSON.stringify(name))
  if (names.length > SHOWN) shown.push(`${names.length - SHOWN} more`)
  return shown.length === 0 ? 'none' : shown.join(', ')
}
