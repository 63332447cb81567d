/**
 * A first-in-first-out queue per name inside this process (PROTOCOL.md, step 2): only the thread's first waiter, or
 * those who want to share the lock together, contend with other processes, and an `update` inside an `update` of the
 * same key fails instead of hanging.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { DirdictError } from '../errors.js'

/** Those who enter together: one alone, or neighbours in the queue who share. */
interface Party {
  readonly shared: boolean
  /** Resolves when the parties before this one have left; undefined where there were none. */
  readonly before: Promise<void> | undefined
  /** Resolves when this party has left, too. */
  readonly over: Promise<void>
  /** Whether those before have left. */
  entered: boolean
  members: number
  leave(): void
}

/** The last party in each queue. */
const tails = new Map<string, Party>()
let held: AsyncLocalStorage<readonly string[]> | undefined

/** Waits for everybody who entered `name` before, but for those who share as we do; the result lets the next one in. */
export async function enter(
  name: string,
  shared: boolean,
  giveUp: AbortSignal | undefined,
): Promise<() => void> {
  assertNotHeld(name)
  const party = join(name, shared)
  const leave = (): void => {
    party.members--
    if (party.members > 0) return
    // Who gave up keeps the place of those he waited for.
    if (party.entered && tails.get(name) === party) tails.delete(name)
    party.leave()
  }
  if (party.before === undefined) return leave
  try {
    await untilAborted(party.before, giveUp)
  } catch (error) {
    leave()
    throw error
  }
  return leave
}

function join(name: string, shared: boolean): Party {
  const last = tails.get(name)
  if (last?.shared && shared && last.members > 0) {
    last.members++
    return last
  }
  let leave = (): void => {}
  const left = new Promise<void>(resolve => {
    leave = resolve
  })
  const before = last?.over
  const over = before === undefined ? left : before.then(() => left)
  const party: Party = { shared, before, over, entered: before === undefined, members: 1, leave }
  tails.set(name, party)
  void before?.then(() => {
    party.entered = true
    if (party.members === 0 && tails.get(name) === party) tails.delete(name)
  })
  return party
}

/** LOCKED where the running function holds `name` itself, and would wait for itself. */
export function assertNotHeld(name: string): void {
  if (!held?.getStore()?.includes(name)) return
  throw new DirdictError(
    'LOCKED',
    'This call waits for a lock that the function around it holds (update or maybeCalculate of the same key): ' +
      'it would wait for ever. Return the new value from that function instead.',
  )
}

/** Runs the user's function while `name` is held, so that {@link enter} can tell when it would wait for itself. */
export function holding<T>(name: string, fn: () => T): T {
  held ??= new AsyncLocalStorage()
  return held.run([...(held.getStore() ?? []), name], fn)
}

/** Who is to be told when a signal aborts. One listener serves all: Node.js warns of a signal that has eleven. */
const waiters = new WeakMap<AbortSignal, Set<() => void>>()

/** The promise, or a rejection with the signal's reason, whichever comes first. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) return abort()
    const stop = onAbort(signal, abort)
    promise.then(resolve, reject).finally(stop)
  })
}

function onAbort(signal: AbortSignal, abort: () => void): () => void {
  let told = waiters.get(signal)
  if (told === undefined) {
    const all = new Set<() => void>()
    signal.addEventListener(
      'abort',
      () => {
        for (const tell of all) tell()
      },
      { once: true },
    )
    waiters.set(signal, all)
    told = all
  }
  told.add(abort)
  return () => told.delete(abort)
}
