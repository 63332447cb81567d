/**
 * Errors of the operating system, told apart and turned into ours.
 */
import { DirdictError, type ErrorCode, type ErrorDetails, systemCode } from '../errors.js'

/** Runs `action`; true where it succeeded, false where it failed with one of `codes`. */
export function succeeds(codes: readonly string[], action: () => void): boolean {
  try {
    action()
    return true
  } catch (error) {
    if (hasCode(error, codes)) return false
    throw error
  }
}

export function hasCode(error: unknown, codes: readonly string[]): boolean {
  const code = systemCode(error)
  return code !== undefined && codes.includes(code)
}

/** The file or directory is not there (any more). */
export const GONE: readonly string[] = ['ENOENT', 'ESTALE']
/** This user may not do it. */
export const FORBIDDEN: readonly string[] = ['EACCES', 'EPERM']
/** A link, a directory, a FIFO, a socket or a device where a file should be. */
export const NO_FILE: readonly string[] = ['ELOOP', 'EISDIR', 'ENOTDIR', 'ENXIO', 'ENODEV', 'ESPIPE']
/** A path that no call takes any more. */
export const TOO_DEEP: readonly string[] = ['ENAMETOOLONG']
/** The directory that a rename or rmdir met is not empty. */
export const OCCUPIED: readonly string[] = ['ENOTEMPTY', 'EEXIST']

const MEANING: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  EACCES: ['NOT_PERMITTED', 'the system does not permit it'],
  EPERM: ['NOT_PERMITTED', 'the system does not permit it'],
  EROFS: ['NOT_PERMITTED', 'the file system is read-only'],
  ENOSPC: ['NO_SPACE', 'no space is left on the device'],
  EDQUOT: ['NO_SPACE', 'the disk quota is used up'],
  ENAMETOOLONG: ['IO_FAILED', 'the path is longer than the system takes; the database is nested too deeply'],
  EBUSY: ['IO_FAILED', 'something is mounted there; unmount it first'],
  EXDEV: [
    'CROSS_DEVICE',
    'the database lies on several file systems (for example on the lower layer of an overlay), so that nothing can be moved into place; keep it on one',
  ],
}

/** An error of the system as one of ours, with what was attempted; any other error as it is. */
export function translate(
  error: unknown,
  what: string,
  details: ErrorDetails = {},
  outcome = 'Nothing was changed.',
): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  const [ours, why] = MEANING[code] ?? (['IO_FAILED', (error as Error).message] as const)
  return new DirdictError(ours, `${what}: ${why} (${code}). ${outcome}`, {
    ...details,
    cause: error,
  })
}
