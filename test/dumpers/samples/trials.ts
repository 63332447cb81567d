/** Rows that come in batches, for partitioned tables. */

/** Three batches; the types of two columns show only in the last. */
export const TRIALS: readonly (readonly Record<string, unknown>[])[] = [
  [
    { trial: 'a', rate: 1.5, cell: null, spikes: null },
    { trial: 'b', rate: Number.NaN, cell: null, spikes: null },
  ],
  [{ trial: 'c', rate: -0, cell: null }],
  [
    { trial: 'd', rate: null, cell: 'L5tt é 漢字 🧠', spikes: 2n ** 63n - 1n },
    { trial: 'e', rate: 0.1, cell: '', spikes: null },
  ],
]
