/**
 * Runs many small cases side by side, a seeded sample of them where not all are asked for (`DIRDICT_FAULTS=all`),
 * and prints what came of them (`DIRDICT_FAULTS=table` or `all`).
 */
const EVERYTHING: boolean = process.env.DIRDICT_FAULTS === 'all'
const PRINTS = EVERYTHING || process.env.DIRDICT_FAULTS === 'table'
/** Chooses another sample where it is given; a failure names its case, so that it can be run again. */
const SEED = Number(process.env.DIRDICT_SEED ?? 1)
const WIDTH = 3

/** All items, or every `nth` of them from a seeded start, but no fewer than `least`. */
export function sample<T>(items: readonly T[], nth: number, least: number): readonly T[] {
  if (EVERYTHING || items.length <= least) return items
  const step = Math.min(nth, items.length / Math.max(1, least))
  // Another start for each operation, or all samples would hold the same few calls.
  const start = (SEED * 7 + items.length) % Math.max(1, Math.floor(step))
  const chosen: T[] = []
  for (let at = start; at < items.length; at += step) chosen.push(items[Math.floor(at)]!)
  return chosen
}

/** All ways to run a case, or the one of them that the seed and the number of the case say. */
export function oneOf<T>(ways: readonly T[], number: number): readonly T[] {
  return EVERYTHING ? ways : [ways[(SEED + number) % ways.length]!]
}

/** Runs `action` for each item, a few at a time; all failures together make one error. */
export async function each<T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  const failures: string[] = []
  const queue = [...items]
  const work = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      await action(item).catch(error => {
        failures.push(`${JSON.stringify(item)}: ${String(error?.stack ?? error)}`)
      })
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, work))
  if (failures.length > 0) {
    throw new Error(
      `${failures.length} of ${items.length} failed (seed ${SEED}):\n${failures.slice(0, 20).join('\n')}`,
    )
  }
}

/** Counts of outcomes by row, printed where that is asked for. */
export class Table {
  readonly #title: string
  readonly #rows = new Map<string, Map<string, number>>()

  constructor(title: string) {
    this.#title = title
  }

  count(row: string, column: string, more = 1): void {
    const counts = this.#rows.get(row) ?? new Map<string, number>()
    this.#rows.set(row, counts)
    counts.set(column, (counts.get(column) ?? 0) + more)
  }

  print(): void {
    if (!PRINTS) return
    const columns = [...new Set([...this.#rows.values()].flatMap(counts => [...counts.keys()]))]
    const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
    const rows = [...this.#rows].map(([row, counts]) =>
      line([row, ...columns.map(name => counts.get(name) ?? 0)]),
    )
    const head = [line([this.#title, ...columns]), line(['---', ...columns.map(() => '---')])]
    process.stdout.write(`\n${[...head, ...rows].join('\n')}\n`)
  }
}
