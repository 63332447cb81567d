/** The thread that encodes and decodes: each message is a job, and each answer its bytes or its error. */
import { parentPort } from 'node:worker_threads'
import { CodecError, type Job, type ParquetWasm, runJob } from './codec.js'

/** What a worker answers. */
export type Answer = { readonly bytes: Uint8Array } | { readonly error: string; readonly panic: boolean }

const loaded: Promise<ParquetWasm> = import('parquet-wasm')
// Told with the first answer; until then nobody waits for it.
loaded.catch(() => {})

parentPort?.on('message', async (job: Job) => {
  try {
    const bytes = runJob(await loaded, job)
    send({ bytes }, [bytes.buffer as ArrayBuffer])
  } catch (error) {
    const { message, panic } = CodecError.of(error)
    send({ error: message, panic }, [])
  }
})

function send(answer: Answer, transfer: ArrayBuffer[]): void {
  parentPort?.postMessage(answer, transfer)
}
