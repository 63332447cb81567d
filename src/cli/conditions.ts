/**
 * What the shell can say of attributes and modules: `name=value`, and in searches `name>=value` and the like. Values are
 * JSON where they are JSON, else text.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Query } from '../index.js'
import { usage } from './failure.js'
import { parseJson } from './values.js'

const OPERATORS: ReadonlyMap<string, string> = new Map([
  ['=', 'eq'],
  ['<', 'lt'],
  ['<=', 'lte'],
  ['>', 'gt'],
  ['>=', 'gte'],
  ['!=', 'ne'],
])
const NAMES: readonly string[] = [...OPERATORS.values()]

/** `name=value` pairs as an object. OPTION_INVALID for what is none. */
export function assignments(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map(pair => {
      const at = pair.indexOf('=')
      const name = pair.slice(0, Math.max(0, at)).trim()
      if (name === '') throw usage(`--attribute takes name=value, not ${JSON.stringify(pair)}.`, 'attribute')
      return [name, valueIn(pair.slice(at + 1).trim())]
    }),
  )
}

/** Conditions on attributes; dots in a name lead into the members of an attribute. */
export function attributeConditions(texts: readonly string[]): NonNullable<Query['attributes']> {
  const wanted = new Wanted()
  for (const text of texts) {
    const { name, operator, value } = parsed(text, 'attribute')
    const path = name.split('.')
    if (path.slice(1).some(part => part === 'in' || NAMES.includes(part)))
      throw usage(`--attribute cannot ask for a member of that name: ${JSON.stringify(text)}.`, 'attribute')
    wanted.at(path).compare(operator, valueIn(value), '--attribute', text)
  }
  return wanted.members()
}

/** `name`, whatever its version, `name@version`, or `name@>=version`. */
export function moduleConditions(texts: readonly string[]): NonNullable<Query['modules']> {
  const wanted = new Wanted()
  for (const text of texts) {
    // A scope begins with the same character.
    const at = text.indexOf('@', 1)
    const name = at < 0 ? text : text.slice(0, at)
    if (at < 0) {
      wanted.at([name])
      continue
    }
    const { operator, value } = parsed(`${name}${withOperator(text.slice(at + 1))}`, 'module')
    if (value === '') throw usage(`--module ${JSON.stringify(text)} lacks the version.`, 'module')
    wanted.at([name]).compare(operator, value, '--module', text)
  }
  return wanted.members() as NonNullable<Query['modules']>
}

/** What is asked of one attribute or module: comparisons of it, or of its members. All of them have to hold. */
class Wanted {
  readonly #comparisons = new Map<string, unknown>()
  readonly #members = new Map<string, Wanted>()

  at([name, ...rest]: readonly string[]): Wanted {
    if (name === undefined) return this
    const member = this.#members.get(name) ?? new Wanted()
    this.#members.set(name, member)
    return member.at(rest)
  }

  /** A search has room for one comparison of each kind: the second must not take the place of the first. */
  compare(operator: string, value: unknown, option: string, text: string): void {
    if (this.#comparisons.has(operator) && !isDeepStrictEqual(this.#comparisons.get(operator), value)) {
      throw usage(
        `${option} ${JSON.stringify(text)} is the second comparison of its kind with another value: give each kind once.`,
        option.slice(2),
      )
    }
    this.#comparisons.set(operator, value)
  }

  members(): Record<string, unknown> {
    return Object.fromEntries([...this.#members].map(([name, wanted]) => [name, wanted.#condition()]))
  }

  #condition(): Record<string, unknown> {
    const conditions = { ...Object.fromEntries(this.#comparisons), ...this.members() }
    return Object.keys(conditions).length === 0 ? { ne: '' } : conditions
  }
}

function parsed(text: string, option: string): { name: string; operator: string; value: string } {
  const [, name, sign, value] = /^([^<>=!]+)(<=|>=|!=|=|<|>)(.*)$/s.exec(text) ?? []
  const operator = OPERATORS.get(sign ?? '')
  if (name === undefined || value === undefined || operator === undefined || /^[<>=]/.test(value)) {
    throw usage(
      `--${option} takes name=value, or one of ${[...OPERATORS.keys()].join(' ')}, not ${JSON.stringify(text)}.`,
      option,
    )
  }
  return { name: name.trim(), operator, value: value.trim() }
}

function withOperator(version: string): string {
  return /^[<>=!]/.test(version) ? version : `=${version}`
}

function valueIn(text: string): unknown {
  return isJson(text) ? parseJson(text, JSON.stringify(text)) : text
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
