/**
 * One process, or worker thread, of the torture run: plays its role until it is told to stop, or is killed.
 * `node actor.mjs <role> <directory> <history> <serial> <seed>`
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isMainThread, workerData } from 'node:worker_threads'
import { DataBase } from '../../../dist/src/index.js'
import { seeded } from '../children/seeded.mjs'
import { Recorder } from './recorder.mjs'
import { ROLES } from './roles/index.mjs'
import { quartet } from './values.mjs'

const [role, directory, history, serial, seed] = isMainThread ? process.argv.slice(2) : workerData
const { play, readonly = false } = ROLES[role]
const db = await DataBase.open(directory, {
  dumpers: [quartet],
  history: false,
  // No repository: nobody has to ask git.
  source: directory,
  ...(readonly ? { readonly } : { durability: 'relaxed' }),
})
const recorder = new Recorder(`${history}/${serial}-${role}.jsonl`)
let last = Number(serial) * 2 ** 20
const actor = {
  db,
  recorder,
  random: seeded(Number(seed)),
  serial: Number(serial),
  /** A number that no other value of the run has. */
  nextId: () => ++last,
  pick: list => list[Math.floor(actor.random() * list.length)],
  args: [directory, history],
}
let stopping = false
process.on('message', () => {
  stopping = true
})

const step = await play(actor)
process.send?.({ ready: true })
while (!stopping) {
  await step()
  // Much is done by direct calls, between which nobody would hear that the run is over.
  await nextTurn()
}
recorder.tell()
await db.close()
process.disconnect?.()
