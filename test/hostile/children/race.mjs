// Deletes, repairs and copies for some seconds, while another thread swaps directories of the database with links that lead
// outside. Prints how often.
import { readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { isMainThread, Worker, workerData } from 'node:worker_threads'

const SERVICE = '.deleting.dirdict'

if (isMainThread) await removing(...process.argv.slice(2))
else swapping(workerData)

async function removing(url, folder, outside, seconds) {
  const { DataBase, isDirdictError } = await import(url)
  process.removeAllListeners('warning')
  process.on('warning', () => {})
  const path = `${folder}/db`
  const db = await DataBase.open(path, { durability: 'relaxed' })
  const swaps = new Int32Array(new SharedArrayBuffer(8))
  const worker = new Worker(new URL(import.meta.url), { workerData: { path, outside, swaps } })
  const until = performance.now() + Number(seconds) * 1000
  let rounds = 0
  for (; performance.now() < until; rounds++) {
    for (const operation of [
      () => db.set('k/deep/value', 'a value'),
      () => db.copy('k', db, `copy${rounds % 10}`, { overwrite: true }),
      () => db.delete(`copy${rounds % 10}`),
      () => db.delete('k'),
      () => db.repair(),
    ]) {
      try {
        await operation()
      } catch (error) {
        if (!isDirdictError(error)) throw error
      }
    }
  }
  Atomics.store(swaps, 1, 1)
  await new Promise(ended => worker.on('exit', ended))
  console.log(JSON.stringify({ rounds, swaps: swaps[0] }))
  await db.close()
}

/** Wherever a directory is to be found, a link takes its place for a moment. */
function swapping({ path, outside, swaps }) {
  let number = 0
  while (Atomics.load(swaps, 1) === 0) {
    for (const item of victims(path)) {
      const aside = `${outside}-aside-${number++}`
      try {
        renameSync(item, aside)
        symlinkSync(outside, item)
        Atomics.add(swaps, 0, 1)
        rmSync(item, { force: true })
        renameSync(aside, item)
      } catch {
        // It has gone on its way meanwhile.
        rmSync(aside, { recursive: true, force: true })
      }
    }
  }
}

function victims(path) {
  const found = []
  for (const base of [`${path}/${SERVICE}/trash`, `${path}/${SERVICE}/work`, `${path}/k`, `${path}/k/db`]) {
    try {
      for (const name of readdirSync(base)) {
        found.push(`${base}/${name}`)
        for (const inner of readdirSync(`${base}/${name}`)) found.push(`${base}/${name}/${inner}`)
      }
    } catch {
      // Not there, or a file.
    }
  }
  return found
}
