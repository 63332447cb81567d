/**
 * Query: what `find` is asked, checked and turned into one test before anything is read.
 */
import { types } from 'node:util'
import { DirdictError } from '../errors.js'
import { checkNames, isStringArray, wrongOption } from '../options.js'
import { attributeTest, type Comparison, isPlainObject, numericOrder, plainTest } from './condition.js'
import type { Facts } from './facts.js'
import { KeyGlob } from './glob.js'
import { versionOrder } from './versions.js'

/** In which order entries are found; `-` turns it round. Those that are equal stay in the order of their keys. */
export type FindOrder = 'key' | '-key' | 'time' | '-time' | 'bytes' | '-bytes'

/** What to look for; everything that is given has to hold. */
export interface Query {
  readonly dumper?: string | { readonly name: string }
  /** All of these tags. */
  readonly tags?: readonly string[]
  /**
   * All of these attributes: each a value that it has to equal, a {@link Comparison}, or an object of conditions on the
   * members of the attribute. Numbers are compared with numbers, strings with strings.
   *
   * @example
   * `{ animal: { id: { gte: 3 } }, sex: 'f', gamma: { in: [0.5, 1] } }`
   */
  readonly attributes?: Readonly<Record<string, unknown>>
  /** A commit id, or its beginning (at least four characters). */
  readonly commit?: string
  readonly branch?: string
  readonly dirty?: boolean
  /** Name of the machine. */
  readonly host?: string
  /** Who wrote it. */
  readonly user?: string
  /** Written at this time or later. */
  readonly since?: Date | string
  /** Written before this time. */
  readonly until?: Date | string
  /** Sum of the data files. What nobody recorded (folders, nested databases, what Python wrote) matches nothing. */
  readonly bytes?: number | Comparison<number>
  /** Loaded packages: name to the exact version, or to a comparison of versions. */
  readonly modules?: Readonly<Record<string, string | Comparison<string>>>
  /** A pattern of the whole key: `*` within a part, `**` for any number of parts. */
  readonly key?: string
  /** Look into nested databases too. @default true */
  readonly recurse?: boolean
  /** @default 'key' */
  readonly sort?: FindOrder
  /** At most so many entries. @default all */
  readonly limit?: number
}

const QUERY_OPTIONS: readonly string[] = [
  'dumper',
  'tags',
  'attributes',
  'commit',
  'branch',
  'dirty',
  'host',
  'user',
  'since',
  'until',
  'bytes',
  'modules',
  'key',
  'recurse',
  'sort',
  'limit',
]
const ORDERS: readonly unknown[] = ['key', '-key', 'time', '-time', 'bytes', '-bytes'] satisfies FindOrder[]

/** A query that was checked. */
export interface Matcher {
  readonly recurse: boolean
  readonly sort: FindOrder
  readonly limit: number
  /** Whether it asks for attributes or tags. */
  readonly asksWhatIsSaid: boolean
  matches(key: string, facts: Facts): boolean
  /** Whether it is worth looking into the nested database `key`. */
  mayMatchBelow(key: string): boolean
}

type FactTest = (facts: Facts) => boolean

/** OPTION_INVALID for options that there are not, and for conditions that mean nothing. */
export function compileQuery(query: Query): Matcher {
  checkNames(query, QUERY_OPTIONS, 'find')
  const { recurse = true, sort = 'key', limit = Number.POSITIVE_INFINITY } = query
  if (typeof recurse !== 'boolean') throw wrongOption('recurse', 'a boolean')
  if (!ORDERS.includes(sort)) throw wrongOption('sort', `one of ${ORDERS.join(', ')}`)
  if (query.limit !== undefined && !(Number.isInteger(limit) && limit >= 0))
    throw wrongOption('limit', 'a number of entries')
  const glob = query.key === undefined ? undefined : new KeyGlob(query.key)
  const tests = [...annotationTests(query), ...codeTests(query), ...writingTests(query)]
  return {
    recurse,
    sort,
    limit,
    asksWhatIsSaid: query.attributes !== undefined || query.tags !== undefined,
    matches: (key, facts) => (glob?.matches(key) ?? true) && tests.every(test => test(facts)),
    mayMatchBelow: key => glob?.mayMatchBelow(key) ?? true,
  }
}

function* annotationTests({ tags, attributes }: Query): Generator<FactTest> {
  if (tags !== undefined) {
    if (!isStringArray(tags)) throw wrongOption('tags', 'an array of strings')
    yield facts => tags.every(tag => facts.tags.includes(tag))
  }
  if (attributes !== undefined) {
    if (!isPlainObject(attributes)) throw wrongOption('attributes', 'an object')
    for (const [name, wanted] of Object.entries(attributes)) {
      const test = attributeTest(`attributes.${name}`, wanted)
      yield facts => Object.hasOwn(facts.attributes, name) && test(facts.attributes[name])
    }
  }
}

function* codeTests({ commit, branch, dirty, modules }: Query): Generator<FactTest> {
  if (commit !== undefined) {
    if (!/^[0-9a-f]{4,}$/i.test(text('commit', commit)))
      throw wrongOption('commit', 'a commit id, or its first four characters or more')
    const start = commit.toLowerCase()
    yield ({ origin }) => origin.git?.commit.startsWith(start) ?? false
  }
  if (branch !== undefined) {
    const name = text('branch', branch)
    yield ({ origin }) => origin.git?.branch === name
  }
  if (dirty !== undefined) {
    if (typeof dirty !== 'boolean') throw wrongOption('dirty', 'a boolean')
    yield ({ origin }) => origin.git?.dirty === dirty
  }
  if (modules !== undefined) {
    if (!isPlainObject(modules)) throw wrongOption('modules', 'an object of versions')
    for (const [name, wanted] of Object.entries(modules)) {
      const test = plainTest(`modules.${name}`, wanted, versionOrder)
      yield ({ origin }) => Object.hasOwn(origin.modules, name) && test(origin.modules[name])
    }
  }
}

function* writingTests({ dumper, host, user, since, until, bytes }: Query): Generator<FactTest> {
  if (dumper !== undefined) {
    const name = text('dumper', typeof dumper === 'object' ? dumper?.name : dumper)
    yield facts => facts.dumper === name
  }
  if (host !== undefined) {
    const name = text('host', host)
    yield ({ origin }) => origin.host?.name === name
  }
  if (user !== undefined) {
    const name = text('user', user)
    yield ({ origin }) => origin.host?.user === name
  }
  if (since !== undefined) {
    const first = instant('since', since)
    yield facts => facts.time >= first
  }
  if (until !== undefined) {
    const end = instant('until', until)
    yield facts => facts.time < end
  }
  if (bytes !== undefined) {
    const test = plainTest('bytes', bytes, numericOrder)
    yield facts => facts.bytes !== null && test(facts.bytes)
  }
}

function text(option: string, value: unknown): string {
  if (typeof value !== 'string')
    throw wrongOption(option, option === 'dumper' ? 'a dumper, or its name' : 'a string')
  return value
}

function instant(option: string, value: Date | string): number {
  const time = types.isDate(value) || typeof value === 'string' ? new Date(value).getTime() : Number.NaN
  if (Number.isNaN(time)) {
    throw new DirdictError('OPTION_INVALID', `The option ${option} is no time: ${JSON.stringify(value)}.`, {
      option,
    })
  }
  return time
}
