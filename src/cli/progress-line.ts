/**
 * How far a command has come: one line on standard error that is written again and again, and goes away at the end. Only
 * where a person looks at it: nothing is printed into a pipe or a file.
 */
import type { Progress } from '../index.js'
import { printable } from './print.js'

const LONGEST_KEY = 40
const CLEAR = '\r\u001b[K'

/** Runs `work` with what it is to call on its way, or with nothing where nobody looks. */
export async function withProgress<T>(
  work: (onProgress?: (progress: Progress) => void) => Promise<T>,
): Promise<T> {
  if (!process.stderr.isTTY) return work()
  try {
    return await work(progress => process.stderr.write(CLEAR + lineOf(progress)))
  } finally {
    process.stderr.write(CLEAR)
  }
}

function lineOf({ done, total, key, bytes }: Progress): string {
  const read = bytes === 0 ? '' : `  ${(bytes / 1e6).toFixed(1)} MB`
  const shown = printable(key)
  const clipped = shown.length > LONGEST_KEY ? `${shown.slice(0, LONGEST_KEY)}…` : shown
  return `${done} of ${total} keys${read}  ${clipped}`
}
