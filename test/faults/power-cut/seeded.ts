/** Chance that is the same for the same seed. */

/** Numbers in [0, 1): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map(item => ({ item, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item)
}

/** At most so many of the items, by turns of each group. */
export function spread<T>(
  items: readonly T[],
  most: number,
  groupOf: (item: T) => unknown,
  random: () => number,
): readonly T[] {
  const turns = new Map<unknown, number>()
  const inTurn = shuffled(items, random).map(item => {
    const turn = turns.get(groupOf(item)) ?? 0
    turns.set(groupOf(item), turn + 1)
    return { item, turn }
  })
  const chosen = inTurn.sort((a, b) => a.turn - b.turn).slice(0, most)
  return chosen.map(({ item }) => item)
}
