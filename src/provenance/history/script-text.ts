/**
 * The text of the running script. Node holds no copy of what it ran: the text is that of the file when it is first
 * asked for, and later changes of the file, which do not run, are not followed.
 */
import { readFileSync, statSync } from 'node:fs'
import { oneText, type Transcript } from './transcript.js'

/** Null where the file cannot be read. Said to be partial where it was written or put there since the process began. */
export function scriptText(path: string): Transcript | null {
  try {
    const { mtimeMs, ctimeMs } = statSync(path)
    const isOlder = Math.max(mtimeMs, ctimeMs) <= performance.timeOrigin
    return oneText('script', readFileSync(path, 'utf8'), isOlder)
  } catch {
    // Deleted while it runs; its path and its last hash are recorded elsewhere.
    return null
  }
}

/** Whether the file at `path` has this text now. */
export function isText(path: string, text: string): boolean {
  try {
    return readFileSync(path, 'utf8') === text
  } catch {
    return false
  }
}
