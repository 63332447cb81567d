/**
 * The inputs of Node's own REPL. Those before the first look are read off its memory, line by line; from then on each
 * input is seen as it is evaluated, in full.
 */
import { createRequire } from 'node:module'
import process from 'node:process'
import type { REPLServer } from 'node:repl'
import { isMainThread } from 'node:worker_threads'
import type { CodeCell } from '../../metadata.js'
import { maskLines } from './secrets.js'
import type { Transcript } from './transcript.js'

/** What the REPL remembers beside what Node documents. */
interface Memory {
  /** Lines that have run, but for those that threw. */
  readonly lines?: readonly string[]
  /** All that was typed into a terminal, also on other days, newest first. */
  readonly history?: readonly string[]
  /** What was thrown last, unless the user has taken its name, `_error`. */
  readonly lastError?: unknown
  readonly underscoreErrAssigned?: boolean
}

type Repl = typeof import('node:repl') & { readonly repl?: REPLServer & Memory }

/** Null where this process is no REPL. */
export function replInputs(): Transcript | null {
  // With a script there is none. Not imported at the top: the module is slow to load and changes how domains work.
  if (!isMainThread || ![undefined, '-'].includes(process.argv[1])) return null
  const repl: Repl = createRequire(import.meta.url)('node:repl')
  return repl.repl === undefined ? null : new ReplTranscript(repl.repl, repl.Recoverable)
}

class ReplTranscript implements Transcript {
  readonly kind = 'repl'
  readonly source = 'repl'
  readonly complete: boolean
  readonly cells: CodeCell[] = []
  changes = 0

  constructor(server: REPLServer & Memory, Recoverable: typeof import('node:repl').Recoverable) {
    const preloaded: unknown = Reflect.get(process, '_eval')
    const { lines, isSure } = earlierLines(server)
    if (typeof preloaded === 'string') this.#add(preloaded)
    // Here already: of the lines of a private key, each by itself looks like nothing.
    for (const line of maskLines(lines)) this.#add(line)
    this.complete = isSure
    this.#follow(server, Recoverable)
  }

  #add(code: string): void {
    this.cells.push({ n: this.cells.length + 1, code })
    this.changes++
  }

  #follow(server: REPLServer, Recoverable: typeof import('node:repl').Recoverable): void {
    const evaluate = server.eval
    const follow: typeof evaluate = (code, context, file, done) => {
      // The completion of names by the tabulator evaluates, too.
      if (!code.endsWith('\n')) return evaluate.call(server, code, context, file, done)
      const before = this.cells.length
      // Node 24 joins the lines of an input by carriage returns.
      this.#add(code.replace(/\n$/, '').replaceAll('\r', '\n'))
      return evaluate.call(server, code, context, file, (error, result) => {
        // Unfinished: the same lines come again, with the next one.
        if (error instanceof Recoverable) {
          this.cells.length = before
          this.changes++
        }
        done(error, result)
      })
    }
    Reflect.set(server, 'eval', follow)
  }
}

const COMMAND = /^\s*\.[a-z]/i

/** The lines of this session with the one that is running now; `isSure`: none is missing. */
function earlierLines({
  lines = [],
  history = [],
  terminal,
  lastError,
  underscoreErrAssigned,
}: REPLServer & Memory): {
  lines: string[]
  isSure: boolean
} {
  const known = lines.reduce<string[]>(addLine, [])
  // Typed line by line without a terminal, what runs now is kept nowhere.
  const [typed] = history
  if (!terminal || typed === undefined) return { lines: known, isSure: false }
  const noneThrew =
    lastError === undefined && underscoreErrAssigned !== true && !isAnyForgotten(known, history.slice(1))
  // `.load` has put all lines of its file into the memory before any of them runs; other commands are no code.
  if (COMMAND.test(typed)) return { lines: known, isSure: noneThrew }
  const running = asTyped(typed)
  // The line is in the memory once it has run, and in .editor before: or is it running for the second time?
  if (known.at(-1) === running.replaceAll('\r', '\n')) return { lines: known, isSure: false }
  return { lines: addLine(known, running), isSure: noneThrew }
}

/** Node 24 keeps what was typed over several lines with its last line first. */
const asTyped = (line: string): string => line.split('\r').reverse().join('\r')

/** Whether a line was typed since the oldest one in the memory that is not there: `throw undefined` is no last error. */
function isAnyForgotten(known: readonly string[], typed: readonly string[]): boolean {
  const lines = typed.map(line => asTyped(line).replaceAll('\r', '\n'))
  // The newest of equal lines counts; others may be of another day.
  const places = new Map(lines.map((line, i) => [line, i] as const).reverse())
  const oldest = known.reduce((place, line) => Math.max(place, places.get(line) ?? -1), -1)
  const memory = new Set(known)
  return lines.slice(0, oldest + 1).some(line => !memory.has(line) && !COMMAND.test(line))
}

/** Node 24 repeats in each line of an input the lines before it, set apart by carriage returns. */
function addLine(known: string[], line: string): string[] {
  const code = line.replaceAll('\r', '\n')
  const last = known.at(-1)
  if (last !== undefined && line.includes('\r') && code.startsWith(`${last}\n`)) known.pop()
  known.push(code)
  return known
}
