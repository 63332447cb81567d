/**
 * The shape of an index, and whether what was read has it: whatever is torn, hostile or of another version is no index.
 */
import { isObject } from '../entry/record-files.js'
import { isKeyName } from '../keys.js'
import type { Facts, Origin } from './facts.js'

/** Which file a record is: inode, change time in microseconds, length. Null: too young to be told from its successor. */
export type Stamp = readonly [ino: number | string, changed: number, bytes: number]

/** What an index says of itself. */
export interface IndexHead {
  /** The database directory as it was before its keys were listed. */
  readonly directory: string
  /** Whether `directory` was old enough then to be told from any later state. */
  readonly settled: boolean
  /** A token of who wrote it, which tells the machine and since when it runs. */
  readonly token: string
  /** Keys that have to be read each time, sorted. */
  readonly others: readonly string[]
}

/** Facts of some rows, column by column. */
export interface Columns {
  readonly names: string[]
  readonly dumpers: number[]
  readonly origins: number[]
  readonly times: number[]
  readonly bytes: (number | null)[]
}

/** Attributes and tags of a row that has any, by its number in the line. */
export type Said = [row: number, attributes: Facts['attributes'], tags: Facts['tags']]

/** The first line. */
export interface HeadLine extends IndexHead {
  readonly format: number
  readonly crc32: number
  /** Lengths of facts, annotations and stamps. */
  readonly bytes: readonly [facts: number, said: number, stamps: number]
  readonly dumpers: readonly string[]
  readonly origins: readonly Origin[]
}

export function isHead(value: unknown): value is HeadLine {
  if (!isObject(value)) return false
  const { bytes, directory, settled, token, others, dumpers, origins } = value
  return (
    isListOf(bytes, isCount) &&
    bytes.length === 3 &&
    isString(directory) &&
    typeof settled === 'boolean' &&
    isString(token) &&
    isListOf(others, isName) &&
    isListOf(dumpers, isString) &&
    isListOf(origins, isOrigin)
  )
}

export function isColumns(value: unknown, dumpers: number, origins: number): value is Columns {
  if (!isObject(value)) return false
  const { names, ...rest } = value
  if (!isListOf(names, isName)) return false
  const columns = [rest.dumpers, rest.origins, rest.times, rest.bytes]
  return (
    columns.every(column => Array.isArray(column) && column.length === names.length) &&
    isListOf(rest.dumpers, item => isCount(item) && item < dumpers) &&
    isListOf(rest.origins, item => isCount(item) && item < origins) &&
    isListOf(rest.times, item => typeof item === 'number') &&
    isListOf(rest.bytes, item => item === null || isCount(item))
  )
}

function isOrigin(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.modules)) return false
  const { git, host } = value
  return (
    (git === null || (isObject(git) && isString(git.commit))) &&
    (host === null || (isObject(host) && isString(host.name)))
  )
}

export function isSaidLine(value: unknown): value is Said[] {
  return isListOf(value, isSaid)
}

export function isStampLine(value: unknown): value is (Stamp | null)[] {
  return isListOf(value, isStamp)
}

function isSaid(value: unknown): boolean {
  return Array.isArray(value) && isCount(value[0]) && isObject(value[1]) && isListOf(value[2], isString)
}

function isStamp(value: unknown): value is Stamp | null {
  if (value === null) return true
  return Array.isArray(value) && value.length === 3 && isCount(value[1]) && isCount(value[2])
}

/** The name of an entry of this directory, and no way out of it. */
function isName(value: unknown): value is string {
  return (
    isString(value) &&
    value !== '' &&
    value !== '.' &&
    value !== '..' &&
    !value.includes('/') &&
    isKeyName(value)
  )
}

function isListOf<T>(value: unknown, is: (item: unknown) => item is T): value is T[]
function isListOf(value: unknown, is: (item: unknown) => boolean): boolean
function isListOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is)
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
