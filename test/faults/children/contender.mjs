/**
 * Takes the lock of `k` once for each message, looks whether anybody else is inside, and gives it back.
 * `node contender.mjs <directory>`
 */
import { closeSync, existsSync, openSync, unlinkSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { DatabaseDirectory } from '../../../dist/src/entry/database-directory.js'
import { acquireFileLock } from '../../../dist/src/locks/file.js'

const directory = new DatabaseDirectory(process.argv[2])
const marker = `${process.argv[2]}/inside`

process.on('message', async () => {
  const wrong = []
  const lock = await acquireFileLock(directory, 'k')
  try {
    closeSync(openSync(marker, 'wx'))
  } catch {
    wrong.push('another process was inside')
  }
  for (let i = Math.floor(Math.random() * 20); i > 0; i--) await nextTurn()
  if (!existsSync(lock.holder)) wrong.push('the lock was taken away')
  try {
    unlinkSync(marker)
  } catch {
    wrong.push('another process has left')
  }
  lock.releaseSync()
  process.send({ wrong })
})
