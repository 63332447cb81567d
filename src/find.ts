/**
 * find: entries by what their records say, by a scan of all of them.
 */
import { DirdictError } from './errors.js'
import type { Metadata } from './metadata.js'
import { wrongOption } from './options.js'

/** What to look for; everything that is given has to hold. */
export interface Query {
  readonly dumper?: string | { readonly name: string }
  /** All of these tags. */
  readonly tags?: readonly string[]
  /** All of these attributes, compared as JSON. */
  readonly attributes?: Readonly<Record<string, unknown>>
  /** A commit id, or its beginning (at least four characters). */
  readonly commit?: string
  readonly branch?: string
  readonly dirty?: boolean
  /** Name of the machine. */
  readonly host?: string
  /** Written at this time or later. */
  readonly since?: Date | string
  /** Written before this time. */
  readonly until?: Date | string
  /** Look into nested databases too. @default true */
  readonly recurse?: boolean
}

export const QUERY_OPTIONS: readonly string[] = [
  'dumper',
  'tags',
  'attributes',
  'commit',
  'branch',
  'dirty',
  'host',
  'since',
  'until',
  'recurse',
]

/** The query as a test of one record. OPTION_INVALID for dates that are none. */
export function matcher(query: Query): (metadata: Metadata) => boolean {
  const tests: ((metadata: Metadata) => boolean)[] = []
  const { dumper, tags, attributes, commit, branch, dirty, host } = query
  if (dumper !== undefined) {
    const name = typeof dumper === 'string' ? dumper : dumper.name
    tests.push(metadata => metadata.dumper === name)
  }
  if (tags !== undefined) tests.push(metadata => tags.every(tag => metadata.tags.includes(tag)))
  if (attributes !== undefined) {
    const wanted = Object.entries(attributes).map(([name, value]) => [name, canonical(value)] as const)
    tests.push(metadata =>
      wanted.every(
        ([name, text]) =>
          Object.hasOwn(metadata.attributes, name) && canonical(metadata.attributes[name]) === text,
      ),
    )
  }
  if (commit !== undefined) {
    if (!/^[0-9a-f]{4,}$/i.test(commit))
      throw wrongOption('commit', 'a commit id, or its first four characters or more')
    const start = commit.toLowerCase()
    tests.push(metadata => metadata.git?.commit.startsWith(start) ?? false)
  }
  if (branch !== undefined) tests.push(metadata => metadata.git?.branch === branch)
  if (dirty !== undefined) tests.push(metadata => metadata.git?.dirty === dirty)
  if (host !== undefined) tests.push(metadata => metadata.host?.name === host)
  if (query.since !== undefined) {
    const since = instant('since', query.since)
    tests.push(metadata => metadata.time.getTime() >= since)
  }
  if (query.until !== undefined) {
    const until = instant('until', query.until)
    tests.push(metadata => metadata.time.getTime() < until)
  }
  return metadata => tests.every(test => test(metadata))
}

function instant(option: string, value: Date | string): number {
  const time = (value instanceof Date ? value : new Date(value)).getTime()
  if (Number.isNaN(time)) {
    throw new DirdictError('OPTION_INVALID', `The option ${option} is no time: ${JSON.stringify(value)}.`, {
      option,
    })
  }
  return time
}

/** JSON with members in order, so that equal values have equal texts. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_name, item: unknown) =>
      typeof item === 'object' && item !== null && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
        : item,
    ) ?? 'undefined'
  )
}
