/**
 * Ctrl-C: the work is aborted through its signal, so that nothing half done is left. A second Ctrl-C ends at once.
 */
import { Interrupted } from './failure.js'

/** Runs `action` with a signal that aborts on SIGINT and SIGTERM. */
export async function interruptible<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const onInterrupt = (): void => controller.abort(new Interrupted(130))
  const onTerminate = (): void => controller.abort(new Interrupted(143))
  process.once('SIGINT', onInterrupt)
  process.once('SIGTERM', onTerminate)
  try {
    return await action(controller.signal)
  } finally {
    process.off('SIGINT', onInterrupt)
    process.off('SIGTERM', onTerminate)
  }
}
