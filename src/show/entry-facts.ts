/**
 * What the records of an entry tell at a glance: its dumper, its shape and its size. No value is read. Records may come
 * from strangers: what is damaged is said, and all text is escaped.
 */
import type { LoaderArguments } from '../dumper.js'
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { type EntryRecord, loaderId, readLoader, readRecord } from '../entry/record-files.js'
import { GONE, hasCode, translate } from '../entry/system-errors.js'
import { isDirdictError } from '../errors.js'
import type { Session } from '../session.js'
import { shapeText } from './element-text.js'
import { clipped } from './printable.js'
import { sizeText } from './sizes.js'

const WORD = 60

export interface EntryFacts {
  /** The word for the format; in parentheses what is wrong where no record tells it. */
  readonly dumper: string
  /** `float64 [1000, 3]`, or `1000 rows`. */
  readonly shape?: string
  readonly size?: string
}

export function factsAt(session: Session, directory: DatabaseDirectory, name: string): EntryFacts {
  const base = directory.entry(name)
  try {
    const record = readRecord(base, name)
    if (record !== undefined) return factsOf(record)
    const loader = readLoader(base, name)
    return { dumper: session.dumpers.forLoader(loader)?.name ?? clipped(loaderId(loader), WORD) }
  } catch (error) {
    if (hasCode(error, GONE)) return { dumper: '(no record)' }
    const problem = translate(error, `Reading ${JSON.stringify(name)}`, { key: name })
    if (isDirdictError(problem)) return { dumper: `(${problem.code})` }
    throw error
  }
}

/** The facts in order, for one line. */
export function factTexts({ dumper, shape, size }: EntryFacts): string[] {
  return [dumper, shape, size].filter(text => text !== undefined)
}

function factsOf({ dumper, arguments: args, files }: EntryRecord): EntryFacts {
  const shape = shapeOf(args)
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return {
    dumper: clipped(dumper, WORD),
    ...(shape === undefined ? {} : { shape }),
    ...(files.length === 0 ? {} : { size: sizeText(bytes) }),
  }
}

/** What dumpers leave for their `load`: the shape and dtype of an array, the rows of a table. */
function shapeOf({ shape, dtype, rows }: LoaderArguments): string | undefined {
  if (Array.isArray(shape) && shape.every(isCount)) {
    return [...(typeof dtype === 'string' ? [clipped(dtype, WORD)] : []), shapeText(shape)].join(' ')
  }
  return isCount(rows) ? `${rows} ${rows === 1 ? 'row' : 'rows'}` : undefined
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
