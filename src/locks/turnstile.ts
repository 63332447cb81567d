/**
 * A first-in-first-out queue per name inside this process (PROTOCOL.md, step 2): only the thread's first waiter
 * contends with other processes, and an `update` inside an `update` of the same key fails instead of hanging.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { DirdictError } from '../errors.js'

const tails = new Map<string, Promise<void>>()
let held: AsyncLocalStorage<readonly string[]> | undefined

/** Waits for everybody who entered `name` before; the result lets the next one in. */
export async function enter(name: string, giveUp: AbortSignal | undefined): Promise<() => void> {
  assertNotHeld(name)
  const before = tails.get(name)
  let leave = (): void => {}
  const mine = new Promise<void>(resolve => {
    leave = resolve
  })
  const tail = before === undefined ? mine : before.then(() => mine)
  tails.set(name, tail)
  const done = (): void => {
    leave()
    if (tails.get(name) === tail) tails.delete(name)
  }
  if (before === undefined) return done
  try {
    await untilAborted(before, giveUp)
  } catch (error) {
    done()
    throw error
  }
  return done
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

/** The promise, or a rejection with the signal's reason, whichever comes first. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
