/**
 * Code that came without a file: `node -e`, `node -p`, standard input, and the text that a worker was given. Node keeps
 * it.
 */
import process from 'node:process'
import { isMainThread } from 'node:worker_threads'
import { oneText, type Transcript } from './transcript.js'

/** Null where this process runs something else; under `-i` a REPL follows, which has more to tell. */
export function evaluatedText(): Transcript | null {
  const code: unknown = Reflect.get(process, '_eval')
  if (typeof code !== 'string' || process.execArgv.some(isInteractive)) return null
  return oneText(isMainThread && !isOnCommandLine(process.execArgv) ? 'stdin' : 'eval', code, true)
}

/** Node keeps the text of standard input in the same place. */
function isOnCommandLine(nodeArguments: readonly string[]): boolean {
  return nodeArguments.some(argument => /^(?:-e|-p|-pe|--eval|--print)(?:=|$)/.test(argument))
}

const isInteractive = (argument: string): boolean => argument === '-i' || argument === '--interactive'
