/** What repair may do, found by looks alone: whoever wants it done applies it, under the lock of the key. */
export interface Repair {
  readonly key: string
  readonly action: 'finished' | 'unlocked' | 'collected' | 'restored' | 'taken back' | 'reported'
  readonly detail: string
}

/** A repair that was not done yet. */
export interface Proposal {
  /** The name of the key in its database directory; empty for what concerns no single key. */
  readonly name: string
  readonly action: Repair['action']
  readonly detail: string
  /** Does it; false where somebody else had done it already. Absent: it is only told. */
  apply?(): Promise<boolean>
}
