/**
 * The difference of two texts, line by line, as `diff -u` prints it.
 */

/** Lines around a change. */
const CONTEXT = 3
/** Pairs of lines that are compared at most; larger texts are shown as replaced between what is equal at both ends. */
const MOST_PAIRS = 4_000_000

/** ` ` on both sides, `-` only on the left, `+` only on the right. */
interface Line {
  readonly sign: ' ' | '-' | '+'
  readonly text: string
}

/** Null where the texts are equal. */
export function unifiedDiff(a: readonly string[], b: readonly string[]): string | null {
  const lines = alignedLines(a, b)
  const changes = lines.flatMap(({ sign }, at) => (sign === ' ' ? [] : [at]))
  if (changes.length === 0) return null
  const hunks: [from: number, to: number][] = []
  for (const at of changes) {
    const last = hunks.at(-1)
    if (last !== undefined && at - CONTEXT <= last[1]) last[1] = at + CONTEXT + 1
    else hunks.push([Math.max(0, at - CONTEXT), at + CONTEXT + 1])
  }
  return hunks.map(([from, to]) => hunk(lines, from, to)).join('\n')
}

function hunk(lines: readonly Line[], from: number, to: number): string {
  const [before, shown] = [lines.slice(0, from), lines.slice(from, to)]
  const range = (sign: '-' | '+'): string => {
    const count = shown.filter(line => line.sign === ' ' || line.sign === sign).length
    const start = before.filter(line => line.sign === ' ' || line.sign === sign).length
    return `${sign}${count === 0 ? start : start + 1},${count}`
  }
  return [`@@ ${range('-')} ${range('+')} @@`, ...shown.map(({ sign, text }) => sign + text)].join('\n')
}

function alignedLines(a: readonly string[], b: readonly string[]): Line[] {
  let [start, end] = [0, 0]
  const shorter = Math.min(a.length, b.length)
  while (start < shorter && a[start] === b[start]) start++
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  return [
    ...marked(' ', a.slice(0, start)),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...marked(' ', a.slice(a.length - end)),
  ]
}

/** By the longest common subsequence. */
function middle(a: readonly string[], b: readonly string[]): Line[] {
  if (a.length * b.length > MOST_PAIRS) return [...marked('-', a), ...marked('+', b)]
  const width = b.length + 1
  const longest = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number): number => longest[i * width + j]!
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      lines.push({ sign: ' ', text: a[i++]! })
      j++
    } else if (at(i + 1, j) >= at(i, j + 1)) lines.push({ sign: '-', text: a[i++]! })
    else lines.push({ sign: '+', text: b[j++]! })
  }
  return [...lines, ...marked('-', a.slice(i)), ...marked('+', b.slice(j))]
}

function marked(sign: Line['sign'], texts: readonly string[]): Line[] {
  return texts.map(text => ({ sign, text }))
}
