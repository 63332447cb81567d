/**
 * Options that may be given several times.
 */

/** For commander: the items so far and one more. */
export function collect(item: string, before: readonly string[]): readonly string[] {
  return [...before, item]
}
