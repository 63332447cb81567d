/**
 * update and maybeCalculate: reading, computing and writing a key under one lock.
 */
import { lstatSync, renameSync, writeFileSync } from 'node:fs'
import type { AnyDumper } from './dumper.js'
import type { DatabaseDirectory } from './entry/database-directory.js'
import { ABSENT, readPinned } from './entry/pin.js'
import { readTextSync } from './entry/raw-files.js'
import { isObject } from './entry/record-files.js'
import { hasCode, NO_FILE } from './entry/system-errors.js'
import { removeTreeLater } from './entry/trash.js'
import { DirdictError, systemCode } from './errors.js'
import { explained, FunctionFailed, whileLocked } from './key-lock.js'
import type { FileLock } from './locks/file.js'
import { NO_DUMPER, type SetOptions, splitSetOptions } from './options.js'
import { keyNotFound, type OpenNested, readKind, readValue } from './reader.js'
import type { Place, Session } from './session.js'
import { publishHeld } from './writer.js'

/** How long a failed calculation can be told to processes that waited for it. */
const ERROR_LIFE_MS = 30_000
const LONGEST_ERROR = 2 ** 20

/** What the callers of this process who want the same calculation share: how many they are, and its failure. */
interface Waiting {
  callers: number
  failure?: { readonly error: unknown }
}

const waiting = new Map<string, Waiting>()

/** Reads, changes and writes a key; gives the value that was written. */
export async function updateValue(
  session: Session,
  place: Place,
  fn: (value: unknown) => unknown,
  dumper: AnyDumper | undefined,
  options: object,
  openNested: OpenNested,
): Promise<unknown> {
  const { own, rest } = splitFor(dumper, options)
  return whileLocked(session, place, own, async lock => {
    const current = await currentDumper(session, place)
    if (current?.live) throw liveEntry(place.key, current.name)
    const before = await readValue(
      session,
      place,
      dumper === undefined || current === undefined ? undefined : dumper,
      {},
      openNested,
    )
    const value = await called(() => fn(before === ABSENT ? undefined : before))
    if (value === undefined) {
      throw new DirdictError(
        'VALUE_REJECTED',
        `The function given to update(${JSON.stringify(place.key)}) returned undefined. Return the new value.`,
        { key: place.key },
      )
    }
    const chosen = dumper ?? keeping(current, value) ?? session.dumpers.forValue(value)
    await publishHeld(session, place, lock, { value, dumper: chosen, options: own, dumperOptions: rest })
    return value
  })
}

/** The value of a key, calculated and stored by whoever comes first; the others wait for its lock. */
export async function maybeCalculateValue(
  session: Session,
  place: Place,
  fn: () => unknown,
  dumper: AnyDumper | undefined,
  { force = false, ...options }: object & { readonly force?: boolean | undefined },
  openNested: OpenNested,
): Promise<unknown> {
  const { own, rest } = splitFor(dumper, options)
  const stored = (): Promise<unknown> =>
    explained(place, 'Reading', () => readValue(session, place, dumper, {}, openNested))
  const already = force ? ABSENT : await stored()
  if (already !== ABSENT) return already
  await amongWaiting(place.directory.lock(place.name), shared =>
    whileLocked(session, place, own, async lock => {
      if (!force) {
        if ((await currentDumper(session, place)) !== undefined) return
        if (shared.failure !== undefined) throw new FunctionFailed('', { cause: shared.failure.error })
        throwErrorOf(lock, place.key)
      }
      const value = await called(fn, error => {
        shared.failure = { error }
        leaveError(lock, error)
      })
      const chosen = dumper ?? session.dumpers.forValue(value)
      await publishHeld(session, place, lock, { value, dumper: chosen, options: own, dumperOptions: rest })
    }),
  )
  const value = await stored()
  if (value === ABSENT) throw keyNotFound(place)
  return value
}

async function amongWaiting<T>(name: string, action: (shared: Waiting) => Promise<T>): Promise<T> {
  const shared = waiting.get(name) ?? { callers: 0 }
  waiting.set(name, shared)
  shared.callers++
  try {
    return await action(shared)
  } finally {
    shared.callers--
    if (shared.callers === 0) waiting.delete(name)
  }
}

/** The result of the user's function. Its errors are carried out as they are. */
async function called<T>(fn: () => T | Promise<T>, onFailure?: (error: unknown) => void): Promise<T> {
  try {
    return await fn()
  } catch (error) {
    onFailure?.(error)
    throw new FunctionFailed('', { cause: error })
  }
}

function splitFor(dumper: AnyDumper | undefined, options: object): { own: SetOptions; rest: object } {
  return splitSetOptions(dumper ?? NO_DUMPER, options)
}

async function currentDumper(session: Session, place: Place): Promise<AnyDumper | undefined> {
  const found = await readPinned(
    place.directory,
    place.name,
    (base, witness) => readKind(session, place, base, witness).dumper,
  )
  return found === ABSENT ? undefined : found
}

/** An entry keeps its format where that can hold the new value. */
function keeping(current: AnyDumper | undefined, value: unknown): AnyDumper | undefined {
  return current?.check(value) ? current : undefined
}

function liveEntry(key: string, dumper: string): DirdictError {
  return new DirdictError(
    'DUMPER_MISMATCH',
    `${JSON.stringify(key)} is a ${dumper}, which changes in place; get it and change it.`,
    {
      key,
      dumper,
    },
  )
}

/** Leaves word for processes that wait for this lock: they get the same error instead of trying again. */
function leaveError(lock: FileLock, error: unknown): void {
  const path = errorPath(lock.directory, lock.token)
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
  try {
    const draft = lock.directory.work(`${lock.token}.e`)
    writeFileSync(draft, JSON.stringify({ name, message }))
    renameSync(draft, path)
    setTimeout(() => removeTreeLater(path), ERROR_LIFE_MS).unref()
  } catch (failure) {
    // The calculation's own error matters more than that others cannot be told of it.
    if (systemCode(failure) === undefined) throw failure
  }
}

function throwErrorOf(lock: FileLock, key: string): void {
  for (const owner of lock.waitedFor) {
    const path = errorPath(lock.directory, owner)
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) continue
    const { name, message } = errorIn(path)
    throw new DirdictError(
      'CALCULATION_FAILED',
      `The process that calculated ${JSON.stringify(key)} failed: ${name}: ${message}`,
      { key, cause: Object.assign(new Error(message), { name }) },
    )
  }
}

/** What does not read as an error was not left by a calculation of ours. */
function errorIn(path: string): { name: string; message: string } {
  try {
    const told: unknown = JSON.parse(readTextSync(path, LONGEST_ERROR))
    if (isObject(told)) return { name: String(told.name), message: String(told.message) }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError || hasCode(error, NO_FILE))) throw error
  }
  return { name: 'Error', message: 'it left no message that can be read' }
}

function errorPath(directory: DatabaseDirectory, token: string): string {
  return directory.work(`${token}.error`)
}
