/**
 * What a command says when it fails: one line `error CODE: message` on standard error, and an exit code.
 */
import { CommanderError } from 'commander'
import { DirdictError, isDirdictError } from '../index.js'
import { printable } from './print.js'

/** A signal of the terminal or of the system ended the command. */
export class Interrupted extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super('interrupted')
    this.exitCode = exitCode
  }
}

/** A failure of a command whose exit code 1 is an answer. */
export class Trouble extends Error {
  static of(cause: unknown): unknown {
    const isOther = cause instanceof Interrupted || (cause instanceof CommanderError && isHelp(cause))
    return isOther ? cause : new Trouble('', { cause })
  }
}

/** Prints the error, unless it is none: help was asked for, or somebody pressed Ctrl-C. */
export function report(error: unknown): void {
  if (error instanceof Interrupted) return
  if (error instanceof CommanderError && isHelp(error)) return
  const told = error instanceof Trouble ? error.cause : error
  process.stderr.write(`error ${codeOf(told)}: ${printable(messageOf(told))}\n`)
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode
  if (error instanceof CommanderError && isHelp(error)) return error.exitCode
  return error instanceof Trouble ? 2 : 1
}

/** An error in what the user typed. */
export function usage(message: string, option?: string): DirdictError {
  return new DirdictError('OPTION_INVALID', message, option === undefined ? {} : { option })
}

function isHelp(error: CommanderError): boolean {
  return ['commander.help', 'commander.helpDisplayed', 'commander.version'].includes(error.code)
}

function codeOf(error: unknown): string {
  if (isDirdictError(error)) return error.code
  if (error instanceof CommanderError) return 'OPTION_INVALID'
  return isSystemError(error) ? 'IO_FAILED' : 'INTERNAL'
}

function messageOf(error: unknown): string {
  if (error instanceof CommanderError) return error.message.replace(/^error: /, '').replaceAll('\n', ' ')
  return error instanceof Error ? error.message : String(error)
}

/** A file given on the command line that is missing or may not be read or written. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
