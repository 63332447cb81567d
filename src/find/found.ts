/**
 * What `find` gives: entries to be awaited all together, or iterated one after another. Nothing is read before that.
 */
import type { Dictionary } from '../dictionary.js'
import { type EntryHandle, entryHandle } from '../entry-handle.js'
import type { Facts } from './facts.js'
import { compileQuery, type FindOrder, type Matcher, type Query } from './query.js'
import { type Hit, search } from './search.js'

/** The search for `query`. Whatever is wrong with it is told where the search would begin. */
export function findEntries<Nested>(dictionary: Dictionary, query: Query): Found<EntryHandle<Nested>> {
  const asked = { ...query }
  return new Found(async function* () {
    const matcher = compileQuery(asked)
    dictionary.assertUsable()
    for await (const { place, facts } of inOrder(dictionary, matcher)) {
      yield entryHandle<Nested>(dictionary, place, facts.dumper)
    }
  })
}

/** Awaited, it is an array; iterated, every loop is a search of its own. */
export class Found<E> implements Promise<E[]>, AsyncIterable<E> {
  readonly [Symbol.toStringTag]: string = 'Found'
  readonly #begin: () => AsyncGenerator<E>
  #all: Promise<E[]> | undefined

  constructor(begin: () => AsyncGenerator<E>) {
    this.#begin = begin
  }

  [Symbol.asyncIterator](): AsyncGenerator<E> {
    return this.#begin()
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise, made only when somebody waits for it.
  then<A = E[], B = never>(
    onFound?: ((entries: E[]) => A | PromiseLike<A>) | null,
    onFailed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#gather().then(onFound, onFailed)
  }

  catch<B = never>(onFailed?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<E[] | B> {
    return this.#gather().catch(onFailed)
  }

  finally(onEnd?: (() => void) | null): Promise<E[]> {
    return this.#gather().finally(onEnd)
  }

  #gather(): Promise<E[]> {
    this.#all ??= gathered(this.#begin())
    return this.#all
  }
}

async function* inOrder(dictionary: Dictionary, query: Matcher): AsyncGenerator<Hit> {
  const hits = search({ session: dictionary.session }, dictionary.directory, query)
  if (query.sort === 'key') yield* firstOf(hits, query.limit)
  else {
    const all = await gathered(hits)
    yield* (query.sort === '-key' ? all.reverse() : all.sort(ORDERS[query.sort])).slice(0, query.limit)
  }
}

async function* firstOf<T>(items: AsyncGenerator<T>, limit: number): AsyncGenerator<T> {
  if (limit === 0) return
  let count = 0
  for await (const item of items) {
    yield item
    if (++count >= limit) return
  }
}

async function gathered<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

type Comparer = (a: Hit, b: Hit) => number

/** Sorting keeps the order of those that are equal, which is that of their keys. */
const ORDERS: Readonly<Record<Exclude<FindOrder, 'key' | '-key'>, Comparer>> = {
  time: (a, b) => a.facts.time - b.facts.time,
  '-time': (a, b) => b.facts.time - a.facts.time,
  bytes: (a, b) => bytesOf(a.facts) - bytesOf(b.facts),
  '-bytes': (a, b) => bytesOf(b.facts) - bytesOf(a.facts),
}

/** What nobody recorded counts as less than everything. */
function bytesOf({ bytes }: Facts): number {
  return bytes ?? -1
}
