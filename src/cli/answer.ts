/**
 * Commands whose exit code is an answer, as that of grep and diff: 0 for yes, 1 for no, 2 for trouble.
 */
import type { Command } from 'commander'
import { Trouble } from './failure.js'

/** Lets `command` end with the answer of `ask`. */
export function answering<Args extends readonly never[]>(
  command: Command,
  ask: (...args: Args) => Promise<boolean>,
): void {
  command.exitOverride(error => {
    throw Trouble.of(error)
  })
  command.action(async (...args: unknown[]) => {
    try {
      process.exitCode = (await ask(...(args as unknown as Args))) ? 0 : 1
    } catch (error) {
      throw Trouble.of(error)
    }
  })
}
