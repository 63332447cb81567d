/**
 * Interleaved measurement: our work and the limit it is compared with, in turn, in one run. Only the ratio counts;
 * absolute times are for orientation.
 */

/** One row of the table. */
export interface Row {
  readonly work: string
  readonly limit: string
  /** Median of the ratios of neighbouring runs. */
  readonly ratio: number
  /** Undefined where two programs only stand side by side. */
  readonly reach?: number | undefined
  readonly ours: string
  readonly theirs: string
  readonly rounds: number
}

export interface Question {
  readonly work: string
  readonly limit: string
  /** The ratio to reach (DESIGN, "Speed to reach"). @default none: another program, for orientation */
  readonly reach?: number
  readonly rounds: number
  /** Operations in one run, to show times of one. */
  readonly operations: number
  /** Not timed. */
  before?(side: 'ours' | 'theirs', round: number): unknown
  ours(round: number): unknown
  theirs(round: number): unknown
  /** Not timed. */
  after?(side: 'ours' | 'theirs', round: number): unknown
}

export async function measure(question: Question): Promise<Row> {
  const ratios: number[] = []
  const times = { ours: [] as number[], theirs: [] as number[] }
  // Two rounds to warm up: code is compiled and caches are filled.
  for (let round = -2; round < question.rounds; round++) {
    const sides = round % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const)
    const taken = { ours: 0, theirs: 0 }
    for (const side of sides) {
      await question.before?.(side, round)
      const start = performance.now()
      await question[side](round)
      taken[side] = performance.now() - start
      await question.after?.(side, round)
    }
    if (round < 0) continue
    ratios.push(taken.ours / taken.theirs)
    times.ours.push(taken.ours)
    times.theirs.push(taken.theirs)
  }
  return {
    work: question.work,
    limit: question.limit,
    ratio: median(ratios),
    reach: question.reach,
    ours: duration(median(times.ours) / question.operations),
    theirs: duration(median(times.theirs) / question.operations),
    rounds: question.rounds,
  }
}

/** The worst of several waits against the longest that is allowed, both in milliseconds. */
export function worst(work: string, limit: string, allowed: number, waits: readonly number[]): Row {
  const longest = waits.reduce((most, wait) => Math.max(most, wait), 0)
  return {
    work,
    limit,
    ratio: longest / allowed,
    reach: 1,
    ours: duration(longest),
    theirs: duration(allowed),
    rounds: waits.length,
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function duration(milliseconds: number): string {
  return milliseconds < 1 ? `${(milliseconds * 1000).toFixed(1)} µs` : `${milliseconds.toFixed(2)} ms`
}
