/** What a user's generator gives, for dumpers that write as it comes in. */

/**
 * What `work` makes of the items; an abort does not wait for the next one. Where `work` fails, the generator is told to
 * come to its end before the error is passed on.
 */
export async function withSource<T, R>(
  items: AsyncIterable<T>,
  signal: AbortSignal | undefined,
  work: (source: AsyncGenerator<T, void, undefined>) => Promise<R>,
): Promise<R> {
  const source = untilAborted(items, signal)
  try {
    return await work(source)
  } catch (error) {
    // Whatever the generator says to its end, `error` came first.
    await source.return(undefined).catch(() => {})
    throw error
  }
}

/** The same items, but an abort does not wait for the next one. Tells the generator behind them when it comes to its end. */
async function* untilAborted<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  const iterator = items[Symbol.asyncIterator]()
  let finished = false
  // As in a loop of the language: what fails by itself is at its end, and is not told to come to it.
  const step = async (): Promise<IteratorResult<T>> => {
    try {
      return await iterator.next()
    } catch (error) {
      finished = true
      throw error
    }
  }
  try {
    for (;;) {
      signal?.throwIfAborted()
      const next = await orAborted(step(), signal)
      finished = next.done === true
      if (next.done === true) return
      yield next.value
    }
  } finally {
    const end = finished ? undefined : told(iterator)
    // After an abort the generator may hang: it is told to end, but nobody waits for it, nor for what it says.
    if (signal?.aborted) end?.catch(() => {})
    else if (end !== undefined) await orAborted(end, signal)
  }
}

async function told(iterator: AsyncIterator<unknown>): Promise<void> {
  await iterator.return?.()
}

/** Rejects with the reason as soon as the signal aborts. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  let stop = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
