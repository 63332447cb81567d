/**
 * Lets a process end while git is still at work for it: simple-git gives no access to the processes that it starts, so
 * they are found where Node announces them.
 */
import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'

const CHANNEL = 'child_process'

/** A setting without meaning, by which our processes are told from those of the user. */
export const MARK = 'dirdict.asks=true'

/** While `work` runs, no process started with {@link MARK} keeps this one alive. */
export async function letGoWhile<T>(work: () => Promise<T>): Promise<T> {
  // Every caller has a listener of its own, so that the first one to end takes away no other's.
  const listener = (message: unknown) => letGo((message as { process: ChildProcess }).process)
  subscribe(CHANNEL, listener)
  try {
    return await work()
  } finally {
    unsubscribe(CHANNEL, listener)
  }
}

/** Announced before it is started, when neither its arguments nor its streams are known. */
function letGo(child: ChildProcess): void {
  child.once('spawn', () => {
    if (!child.spawnargs.includes(MARK)) return
    child.unref()
    for (const stream of child.stdio) (stream as { unref?(): void } | null)?.unref?.()
  })
}
