/**
 * Reading the log of `strace -f -ttt -xx -v`: each system call with its arguments, when it began and when it had ended.
 */

/** A system call that succeeded. Times are lines of the log. */
export interface Call {
  readonly name: string
  readonly args: readonly string[]
  readonly result: number
  /** What had ended before this line was done when the call began. */
  readonly begun: number
  readonly ended: number
  /** Of the clock, in seconds. */
  readonly clock: number
}

const LINE = /^(\d+) +(\d+\.\d+) (.*)$/
const UNFINISHED = ' <unfinished ...>'
const RESUMED = /^<\.\.\. \w+ resumed>/

/** The calls in the order in which they ended. */
export function parseLog(text: string): readonly Call[] {
  const calls: Call[] = []
  const underWay = new Map<string, { head: string; begun: number }>()
  for (const [at, line] of text.split('\n').entries()) {
    const [, thread = '', clock = '', rest = ''] = LINE.exec(line) ?? []
    if (rest.endsWith(UNFINISHED)) {
      underWay.set(thread, { head: rest.slice(0, -UNFINISHED.length), begun: at })
      continue
    }
    const before = RESUMED.test(rest) ? underWay.get(thread) : undefined
    const whole = before === undefined ? rest : before.head + rest.replace(RESUMED, '')
    const call = parseCall(whole, before?.begun ?? at, at, Number(clock))
    if (call !== undefined) calls.push(call)
  }
  return calls
}

/** Undefined for what failed, and for what is no call. */
function parseCall(text: string, begun: number, ended: number, clock: number): Call | undefined {
  const opening = text.indexOf('(')
  const equals = text.lastIndexOf(' = ')
  const name = text.slice(0, opening)
  if (opening < 0 || equals < 0 || !/^[a-z0-9_]+$/.test(name)) return undefined
  const result = Number.parseInt(text.slice(equals + 3), 10)
  if (!(result >= 0)) return undefined
  const inside = text.slice(opening + 1, text.lastIndexOf(')', equals))
  return { name, args: splitArguments(inside), result, begun, ended, clock }
}

/** Texts are all hexadecimal: neither commas nor brackets lie in them. */
function splitArguments(text: string): readonly string[] {
  const found: string[] = []
  let [depth, start] = [0, 0]
  for (const { 0: mark, index } of text.matchAll(/[[\]{},]/g)) {
    if (mark === '[' || mark === '{') depth++
    else if (mark !== ',') depth--
    else if (depth === 0) {
      found.push(text.slice(start, index).trim())
      start = index + 1
    }
  }
  return [...found, text.slice(start).trim()]
}

/** The bytes of a text in the log. */
export function bytesIn(argument: string): Buffer {
  if (!/^"(\\x[0-9a-f]{2})*"$/.test(argument)) throw new Error(`no whole text: ${argument.slice(0, 80)}`)
  return Buffer.from(argument.slice(1, -1).replaceAll('\\x', ''), 'hex')
}

/** The bytes of all pieces of a writev. */
export function piecesIn(argument: string): Buffer {
  return Buffer.concat([...argument.matchAll(/iov_base=("[^"]*")/g)].map(([, text]) => bytesIn(text!)))
}
