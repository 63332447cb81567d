/** Writers in worker threads, which are ended whatever they do, with their locks, while the process lives on. */
import { setTimeout as pause } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

/** Numbers of threads begin here; those of processes stay below. */
const FIRST_SERIAL = 1_000_000

export async function threads({ recorder, serial, random, args }) {
  let started = 0
  return async () => {
    const number = FIRST_SERIAL + serial * 1000 + started++
    const seed = Math.floor(random() * 1e9)
    await recorder.look({ op: 'thread' }, async () => {
      const worker = new Worker(new URL('../actor.mjs', import.meta.url), {
        workerData: ['writer', ...args, number, seed],
      })
      worker.on('error', error => recorder.wrong(`THREAD: ${error.stack}`))
      await pause(200 + random() * 800)
      await worker.terminate()
    })
  }
}
