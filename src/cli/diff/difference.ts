/**
 * What a comparison found: facts by name, for people one a line, for programs as JSON.
 */
import { printable, printLine } from '../print.js'

/** One fact on both sides. */
interface Change {
  readonly from: unknown
  readonly to: unknown
}

export type Facts = Readonly<Record<string, unknown>>

/** Two values, compared; the facts say what differs, or how far they are the same. */
export interface Difference {
  readonly equal: boolean
  readonly facts: Facts
}

/** Items of one fact that are listed for people; `--json` has all that were kept. */
const MOST_LINES = 20
const LONGEST = 200

/** The fact, only where both sides differ. */
export function changed(name: string, from: unknown, to: unknown): Facts {
  return JSON.stringify(from) === JSON.stringify(to) ? {} : { [name]: { from: from ?? null, to: to ?? null } }
}

/** Names that only one side has. */
export function onlyIn(from: Iterable<string>, to: Iterable<string>): { removed: string[]; added: string[] } {
  const [before, after] = [new Set(from), new Set(to)]
  return {
    removed: [...before].filter(name => !after.has(name)),
    added: [...after].filter(name => !before.has(name)),
  }
}

/** A heading and the facts below it; nothing where there are none. */
export function printSection(title: string, facts: Facts): void {
  const lines = Object.entries(facts).flatMap(([name, value]) => linesOf(name, value))
  if (lines.length === 0) return
  printLine(title)
  for (const line of lines) printLine(`  ${line}`)
}

function linesOf(name: string, value: unknown): string[] {
  const items = itemsOf(value)
  if (items === undefined) return [`${printable(name).padEnd(12)}${shown(value)}`]
  const lines = items
    .slice(0, MOST_LINES)
    .map(
      ([inner, item]) =>
        `${printable(name).padEnd(12)}${inner === '' ? '' : `${printable(inner)}: `}${shown(item)}`,
    )
  return items.length > MOST_LINES
    ? [...lines, `${printable(name).padEnd(12)}… ${items.length - MOST_LINES} more`]
    : lines
}

/** The items of a list, or of an object of several facts, each with its name. */
function itemsOf(value: unknown): (readonly [name: string, item: unknown])[] | undefined {
  if (Array.isArray(value) && value.some(item => typeof item !== 'number'))
    return value.map(item => ['', item])
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isChange(value)) return undefined
  return Object.entries(value)
}

function shown(value: unknown): string {
  if (isChange(value)) return `${shown(value.from)} -> ${shown(value.to)}`
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return printable(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)
}

function isChange(value: unknown): value is Change {
  return (
    typeof value === 'object' &&
    value !== null &&
    'from' in value &&
    'to' in value &&
    Object.keys(value).length === 2
  )
}
