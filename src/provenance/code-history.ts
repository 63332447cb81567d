/**
 * The code that ran before a value is stored, whatever runs it: a script, `node -e`, standard input, a REPL, a notebook.
 * It is what was started or typed; the files that this code imports are told by the commit and the loaded modules.
 */
import { dirname } from 'node:path'
import type { CodeHistory, GitState } from '../metadata.js'
import { findRepository } from './git.js'
import { evaluatedText } from './history/evaluated.js'
import { denoCells } from './history/iopub.js'
import { notebookFile } from './history/notebook-file.js'
import { HistoryRecord } from './history/record.js'
import { replInputs } from './history/repl.js'
import { isText, scriptText } from './history/script-text.js'
import type { Transcript } from './history/transcript.js'
import { tslabCells } from './history/tslab.js'

/** Ways of seeing the code where there is no script, the one that sees most first. */
const ways: readonly (() => Transcript | null)[] = [
  denoCells,
  tslabCells,
  evaluatedText,
  replInputs,
  notebookFile,
]

/** Reads what has run in this process: the same object for as long as nothing more has. */
export class HistoryReader {
  readonly #script: string | null
  /** Undefined until the first reading, which is when transcripts begin. */
  #record: HistoryRecord | null | undefined
  /** The text of the script, where it lies in a repository and is known to be what runs. */
  #text: string | null = null
  #judged: GitState | null = null
  #isCommitted = false

  constructor(script: string | null) {
    this.#script = script
  }

  /** Null where nothing is known of the code, and for a script where the commit has its text. Never throws. */
  read(git: GitState | null): CodeHistory | null {
    if (this.#record === undefined) this.#start()
    if (git !== this.#judged) {
      this.#judged = git
      this.#isCommitted = git?.dirty === false && this.#isOnDisk()
    }
    return this.#isCommitted ? null : (this.#record?.read() ?? null)
  }

  /** A commit that was made or checked out since has the text on the disk, which may be another than the one that runs. */
  #isOnDisk(): boolean {
    return this.#script !== null && this.#text !== null && isText(this.#script, this.#text)
  }

  #start(): void {
    const script = this.#script
    const transcript = script === null ? firstOf(ways) : scriptText(script)
    this.#record = transcript === null ? null : new HistoryRecord(transcript)
    if (script === null || !transcript?.complete) return
    const repository = attempt(() => findRepository(dirname(script)))
    if (repository !== null) this.#text = transcript.cells[0]?.code ?? null
  }
}

function firstOf(list: typeof ways): Transcript | null {
  for (const way of list) {
    const transcript = attempt(way)
    if (transcript !== null) return transcript
  }
  return null
}

/** A kernel or a REPL that is not as we know it is no reason to lose the value: null where `action` throws. */
function attempt<T>(action: () => T | null): T | null {
  try {
    return action()
  } catch {
    return null
  }
}
