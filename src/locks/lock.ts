/**
 * The contract of a lock service. The file lock in this folder is the default; a server may stand behind the
 * same contract where several hosts write.
 */

export interface AcquireOptions {
  /** How long to wait, in milliseconds, before LOCKED. @default no limit */
  readonly timeout?: number | undefined
  /** Ends the wait: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  /** Many holders at once, and no exclusive one. A service that cannot do so takes the lock exclusively. */
  readonly shared?: boolean | undefined
}

export interface LockHandle {
  /** Aborts when the lock was taken away from us. */
  readonly lost: AbortSignal
  release(): Promise<void>
}

/** Gives out locks by name. Names are unique across databases and at most 400 characters. */
export interface Locks {
  acquire(name: string, options?: AcquireOptions): Promise<LockHandle>
}
