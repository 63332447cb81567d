/**
 * Work on several items at a time, results in the order of the items. What is under way when one fails, or when the
 * results are no longer wanted, has ended before the failure is passed on: it may use what the caller then closes.
 */

/** Gives `start(item)` for each item; at most `limit` are under way, and none is begun before a result is asked for. */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  limit: number,
  start: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const underWay: Promise<R>[] = []
  try {
    for (const item of items) {
      const result = start(item)
      // A failure is met in its turn; until then nobody waits for it.
      result.catch(() => {})
      underWay.push(result)
      if (underWay.length >= limit) yield await underWay.shift()!
    }
    while (underWay.length > 0) yield await underWay.shift()!
  } finally {
    await Promise.allSettled(underWay)
  }
}
