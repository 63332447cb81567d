/**
 * update and maybeCalculate: reading, computing and writing a key under one lock.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { AnyDumper } from './dumper.js'
import type { DatabaseDirectory } from './entry/database-directory.js'
import { ABSENT, readPinned } from './entry/pin.js'
import { DirdictError, systemCode } from './errors.js'
import type { FileLock } from './locks/file.js'
import { type SetOptions, splitSetOptions } from './options.js'
import { keyNotFound, type OpenNested, readKind, readValue } from './reader.js'
import type { Place, Session } from './session.js'
import { publishHeld, whileLocked } from './writer.js'

/** How long a failed calculation can be told to processes that waited for it. */
const ERROR_LIFE_MS = 30_000

/** Calculations of this process that are under way, by lock. */
const running = new Map<string, Promise<unknown>>()

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
    const value = await fn(before === ABSENT ? undefined : before)
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

/** The value of a key, calculated and stored by whoever comes first. */
export function maybeCalculateValue(
  session: Session,
  place: Place,
  fn: () => unknown,
  dumper: AnyDumper | undefined,
  options: object & { readonly force?: boolean | undefined },
  openNested: OpenNested,
): Promise<unknown> {
  const name = place.directory.lock(place.name)
  const shared = running.get(name)
  if (shared !== undefined && !options.force) return shared
  const mine = calculate(session, place, fn, dumper, options, openNested).finally(() => {
    if (running.get(name) === mine) running.delete(name)
  })
  running.set(name, mine)
  return mine
}

async function calculate(
  session: Session,
  place: Place,
  fn: () => unknown,
  dumper: AnyDumper | undefined,
  { force = false, ...options }: object & { readonly force?: boolean | undefined },
  openNested: OpenNested,
): Promise<unknown> {
  const { own, rest } = splitFor(dumper, options)
  const stored = (): Promise<unknown> => readValue(session, place, dumper, {}, openNested)
  if (!force) {
    const value = await stored()
    if (value !== ABSENT) return value
  }
  await whileLocked(session, place, own, async lock => {
    if (!force && (await currentDumper(session, place)) !== undefined) return
    throwErrorOf(lock, place.key)
    let value: unknown
    try {
      value = await fn()
    } catch (error) {
      leaveError(lock, error)
      throw error
    }
    const chosen = dumper ?? session.dumpers.forValue(value)
    await publishHeld(session, place, lock, { value, dumper: chosen, options: own, dumperOptions: rest })
  })
  const value = await stored()
  if (value === ABSENT) throw keyNotFound(place)
  return value
}

function splitFor(dumper: AnyDumper | undefined, options: object): { own: SetOptions; rest: object } {
  return splitSetOptions(dumper ?? NO_DUMPER, options)
}

/** Stands for "no dumper was named" where options are checked: it has none of its own. */
const NO_DUMPER: AnyDumper = {
  name: 'any dumper',
  check: () => false,
  dump: async () => undefined,
  load: async () => undefined,
}

async function currentDumper(session: Session, place: Place): Promise<AnyDumper | undefined> {
  const found = await readPinned(place.directory, place.name, base => readKind(session, place, base).dumper)
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
    setTimeout(() => rmSync(path, { force: true }), ERROR_LIFE_MS).unref()
  } catch (failure) {
    // The calculation's own error matters more than that others cannot be told of it.
    if (systemCode(failure) === undefined) throw failure
  }
}

function throwErrorOf(lock: FileLock, key: string): void {
  for (const owner of lock.waitedFor) {
    const path = errorPath(lock.directory, owner)
    if (!existsSync(path)) continue
    const { name, message } = JSON.parse(readFileSync(path, 'utf8')) as { name: string; message: string }
    throw new DirdictError(
      'CALCULATION_FAILED',
      `The process that calculated ${JSON.stringify(key)} failed: ${name}: ${message}`,
      { key, cause: Object.assign(new Error(message), { name }) },
    )
  }
}

function errorPath(directory: DatabaseDirectory, token: string): string {
  return directory.work(`${token}.error`)
}
