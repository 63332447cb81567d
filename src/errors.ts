/**
 * The one error class, its codes, and `isDirdictError`.
 * Errors are told apart by a brand, not by class: a notebook may hold two copies of this package.
 */
import { constants } from 'node:os'

/** What went wrong, in one word. Each code is a heading in the README. */
export type ErrorCode =
  | 'KEY_NOT_FOUND'
  | 'KEY_INVALID'
  | 'KEY_EXISTS'
  | 'READ_ONLY'
  | 'NOT_PERMITTED'
  | 'NO_SPACE'
  | 'IO_FAILED'
  | 'CROSS_DEVICE'
  | 'LOCKED'
  | 'LOCK_LOST'
  | 'UNKNOWN_DUMPER'
  | 'DUMPER_MISMATCH'
  | 'VALUE_REJECTED'
  | 'OPTION_INVALID'
  | 'CORRUPT_ENTRY'
  | 'UNSUPPORTED_FORMAT'
  | 'MISSING_PACKAGE'
  | 'NOT_A_DATABASE'
  | 'STALE_HANDLE'
  | 'CALCULATION_FAILED'
  | 'CLOSED'

/** Facts about an error that a program can act on; which are set depends on the code. */
export interface ErrorDetails {
  /** The key that was asked for, its parts joined by `/`. */
  readonly key?: string
  /** The directory or file in question. */
  readonly path?: string
  /** A file inside the entry. */
  readonly file?: string
  /** The dumper in question. */
  readonly dumper?: string
  /** The option that was refused. */
  readonly option?: string
  /** The package to install. */
  readonly package?: string
  /** Keys that look like the one that was asked for. */
  readonly near?: readonly string[]
}

const brand: unique symbol = Symbol.for('dirdict.error') as never

/** What steers a terminal or changes the order of what it shows; JSON, as which names stand in messages, escapes less. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped.
const STEERING = /[\x00-\x08\x0b-\x1f\x7f-\x9f\p{Bidi_Control}\u2028\u2029]/gu

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Every error that this package throws on purpose. Test for it with {@link isDirdictError}. */
export class DirdictError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, options: ErrorDetails & { cause?: unknown } = {}) {
    const { cause, ...details } = options
    super(message.replace(STEERING, escaped), cause === undefined ? undefined : { cause })
    this.name = 'DirdictError'
    this.code = code
    this.details = details
    Object.defineProperty(this, brand, { value: true })
  }
}

/**
 * Whether `error` is an error of this package, of any copy of it; with `code`, whether it is that one.
 *
 * @example
 * ```ts
 * import { DataBase, isDirdictError } from 'dirdict'
 *
 * const db = await DataBase.open('study')
 * try {
 *   await db.get('no such key')
 * } catch (error) {
 *   if (!isDirdictError(error, 'KEY_NOT_FOUND')) throw error
 * }
 * ```
 */
export function isDirdictError<C extends ErrorCode = ErrorCode>(
  error: unknown,
  code?: C,
): error is DirdictError & { readonly code: C } {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false
  return code === undefined || (error as { code?: unknown }).code === code
}

/** The `code` of an error of the operating system (`ENOENT`, `ENOSPC`, …), or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || isDirdictError(error)) return undefined
  const { code, errno } = error as NodeJS.ErrnoException
  if (typeof code !== 'string') return undefined
  return /^E[A-Z0-9]+$/.test(code) ? code : nameOf(errno)
}

/** Node.js gives some errors, EDQUOT on Linux among them, no name but "Unknown system error -122". */
function nameOf(errno: number | undefined): string | undefined {
  if (errno === undefined || errno >= 0) return undefined
  return Object.entries(constants.errno).find(([, number]) => number === -errno)?.[0]
}
