/**
 * What a way of seeing the running code gives: the code as it was typed, which grows while the process lives.
 */
import type { CodeCell, CodeHistory } from '../../metadata.js'

/** Read often: `changes` has to be cheap, and nothing here may throw. */
export interface Transcript {
  readonly kind: CodeHistory['kind']
  readonly source: CodeHistory['source']
  /** Whether `cells` is everything so far. */
  readonly complete: boolean
  /** In the order in which they ran, unmasked. A cell is always the same object. */
  readonly cells: readonly CodeCell[]
  /** Another number whenever `cells` or `complete` is another. */
  readonly changes: number
}

/** A transcript of one text, of which nothing more will come. */
export function oneText(kind: 'script' | 'eval' | 'stdin', code: string, complete: boolean): Transcript {
  return { kind, source: kind, complete, cells: [{ n: 1, code }], changes: 0 }
}
