/**
 * A few worker threads that encode and decode. They start when there is something to do and end after some idle
 * seconds; an idle one does not keep the process alive, a busy one does.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { DirdictError } from '../../src/errors.js'
import { CodecError, type Job } from './codec.js'
import type { Answer } from './worker.js'

/** More would hold more memory than they save time: each piece in flight takes some fifty megabytes. */
export const MOST_WORKERS: number = Math.min(availableParallelism(), 4)
const IDLE_MILLISECONDS = 5000

interface Task {
  readonly job: Job
  resolve(bytes: Uint8Array): void
  reject(error: unknown): void
}

interface Thread {
  readonly worker: Worker
  task: Task | undefined
  /** It has answered once: it could be started. */
  started: boolean
}

const threads = new Set<Thread>()
const waiting: Task[] = []
const watched = new Map<AbortSignal, { readonly tasks: Set<Task>; onAbort(): void }>()
let idleTimer: NodeJS.Timeout | undefined

/**
 * The result of a job, made in a worker. The memory of `job.bytes` goes to the worker: it must be nobody else's.
 * Rejects with the reason of `signal` as soon as it aborts; what has begun is finished and thrown away.
 */
export function runInWorker(job: Job, signal: AbortSignal | undefined): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const forget = (): void => {
      if (signal !== undefined) unwatch(signal, task)
    }
    const task: Task = {
      job,
      resolve: bytes => {
        forget()
        resolve(bytes)
      },
      reject: error => {
        forget()
        reject(error)
      },
    }
    if (signal !== undefined) watch(signal, task)
    waiting.push(task)
    assign()
  })
}

/** One listener for all tasks of a signal: Node.js warns of more than ten. */
function watch(signal: AbortSignal, task: Task): void {
  const known = watched.get(signal)
  if (known !== undefined) {
    known.tasks.add(task)
    return
  }
  const tasks = new Set([task])
  const onAbort = (): void => {
    for (const one of [...tasks]) {
      const index = waiting.indexOf(one)
      if (index >= 0) waiting.splice(index, 1)
      one.reject(signal.reason)
    }
  }
  watched.set(signal, { tasks, onAbort })
  signal.addEventListener('abort', onAbort, { once: true })
}

function unwatch(signal: AbortSignal, task: Task): void {
  const known = watched.get(signal)
  known?.tasks.delete(task)
  if (known === undefined || known.tasks.size > 0) return
  watched.delete(signal)
  signal.removeEventListener('abort', known.onAbort)
}

function assign(): void {
  while (waiting.length > 0) {
    const thread = [...threads].find(({ task }) => task === undefined) ?? startThread()
    if (thread === undefined) return
    const task = waiting.shift()!
    thread.worker.postMessage(task.job, [task.job.bytes.buffer as ArrayBuffer])
    thread.worker.ref()
    thread.task = task
  }
  clearTimeout(idleTimer)
  // One timer for all: it only gives memory back.
  idleTimer = setTimeout(endIdle, IDLE_MILLISECONDS).unref()
}

function startThread(): Thread | undefined {
  if (threads.size >= MOST_WORKERS) return undefined
  // Flags of this process (loaders of TypeScript among them) are not for the worker.
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    execArgv: [],
    name: 'dirdict-parquet',
  })
  const thread: Thread = { worker, task: undefined, started: false }
  threads.add(thread)
  worker.on('message', (answer: Answer) => {
    thread.started = true
    finish(thread, answer)
  })
  worker.on('error', error => discard(thread, error))
  worker.on('exit', code => discard(thread, new Error(`the worker ended with code ${code}`)))
  return thread
}

function finish(thread: Thread, answer: Answer): void {
  const { task } = thread
  thread.task = undefined
  if ('bytes' in answer) task?.resolve(answer.bytes)
  else {
    if (answer.panic) end(thread)
    task?.reject(new CodecError(answer.error, answer.panic))
  }
  thread.worker.unref()
  assign()
}

/** The thread is gone: its task fails, and others are found for what waits. */
function discard(thread: Thread, cause: unknown): void {
  if (!threads.delete(thread)) return
  const { task } = thread
  thread.task = undefined
  task?.reject(thread.started ? lost(cause) : notStarted(cause))
  if (waiting.length > 0) assign()
}

function end(thread: Thread): void {
  threads.delete(thread)
  void thread.worker.terminate()
}

function endIdle(): void {
  for (const thread of [...threads]) if (thread.task === undefined) end(thread)
}

function lost(cause: unknown): DirdictError {
  return new DirdictError(
    'IO_FAILED',
    `The worker thread for Parquet ended in the middle of its work: ${String(cause)}. Where memory is short, smaller row groups (the option rowGroupSize) need less.`,
    { dumper: 'dataframe', cause },
  )
}

function notStarted(cause: unknown): DirdictError {
  return new DirdictError(
    'IO_FAILED',
    `The worker thread for Parquet could not be started from ${new URL('./worker.js', import.meta.url)}: ${String(cause)}. A bundler has to keep that file beside this one.`,
    { dumper: 'dataframe', cause },
  )
}
