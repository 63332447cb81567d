/** Work on several items at a time, in any order. */
import { Turns } from '../_turns.js'

/**
 * Runs `work` for every item, at most `limit` at a time. Rejects with the first failure, or with the reason of the signal,
 * after all that was under way has ended.
 */
export async function eachOf<T>(
  items: Iterable<T>,
  limit: number,
  signal: AbortSignal | undefined,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]()
  const turns = new Turns()
  const worker = async (): Promise<void> => {
    for (let next = rest.next(); !next.done; next = rest.next()) {
      signal?.throwIfAborted()
      await work(next.value)
      const pause = turns.pause()
      if (pause !== undefined) await pause
    }
  }
  const guarded = async (): Promise<void> => {
    try {
      await worker()
    } catch (error) {
      rest.return?.()
      throw error
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: limit }, guarded))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
