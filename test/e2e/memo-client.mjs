/**
 * A process with a memo in one database: notes in a file what it calculates, and answers its parent's messages.
 * `node memo-client.mjs <database> <file of notes>`
 */
import { appendFileSync } from 'node:fs'
import { DataBase, json } from '../../dist/src/index.js'

const [directory, notes] = process.argv.slice(2)
let goOn

async function start() {
  const db = await DataBase.open(directory, { durability: 'relaxed' })
  const run = db.memo(
    'run',
    async (data, { outcome }) => {
      appendFileSync(notes, `${process.pid}\n`)
      process.send({ event: 'calculating' })
      await new Promise(resolve => {
        goOn = resolve
      })
      if (outcome === 'fail') throw new RangeError('no such run')
      return { by: process.pid, sum: data.reduce((sum, n) => sum + n, 0) }
    },
    json,
  )
  process.on('message', async ({ call, outcome }) => {
    if (call === 'go on') return goOn?.()
    if (call === 'ping') return process.send({ event: 'here' })
    try {
      process.send({ event: 'answer', value: await run(Float64Array.of(1, 2, 3), { outcome }) })
    } catch ({ code, message }) {
      process.send({ event: 'answer', failure: { code, message } })
    }
  })
  process.send({ event: 'ready' })
}

void start()
