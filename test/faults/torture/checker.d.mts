/** One operation as a process recorded it: its call, what it saw, and its answer. */
export type Recorded = Readonly<Record<string, unknown>>

/** Everything that is wrong in a history, in words. */
export declare function checkHistory(operations: readonly Recorded[]): readonly string[]
