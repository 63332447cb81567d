/**
 * The code that ran before a value is stored, whatever runs it: a script, `node -e`, standard input, a REPL, a notebook.
 */
import type { CodeHistory, GitState } from '../metadata.js'

/** Reads what has run in this process: the same object for as long as nothing more has. */
export class HistoryReader {
  constructor(readonly script: string | null) {}

  /** Null where nothing is known of the code. With `git`, the text of a script that is committed is not kept. */
  read(_git: GitState | null): CodeHistory | null {
    return null
  }
}
