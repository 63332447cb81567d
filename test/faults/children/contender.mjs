/**
 * Takes the lock of `k` once for each message, alone or shared, looks who else is inside, and gives it back.
 * `node contender.mjs <directory>`
 */
import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { DatabaseDirectory } from '../../../dist/src/entry/database-directory.js'
import { acquireFileLock } from '../../../dist/src/locks/file.js'
import { isShared } from '../../../dist/src/locks/owners.js'
import { isDead } from '../../../dist/src/locks/token.js'

const directory = new DatabaseDirectory(process.argv[2])
const inside = `${process.argv[2]}/inside`

process.on('message', async ({ shared, rounds = 1 }) => {
  const wrong = []
  for (let round = 0; round < rounds; round++) {
    const lock = await acquireFileLock(directory, 'k', { shared, timeout: 60_000 })
    mkdirSync(`${inside}/${lock.token}`, { recursive: true })
    for (let i = Math.floor(Math.random() * 20); i >= 0; i--) {
      await nextTurn()
      for (const other of readdirSync(inside))
        if (conflicts(lock, other)) wrong.push(`${other} beside ${lock.token}`)
    }
    if (!existsSync(lock.holder)) wrong.push('the lock was taken away')
    rmdirSync(`${inside}/${lock.token}`)
    lock.releaseSync()
  }
  process.send({ wrong })
})

/** Whether one who lives is inside who must not be, with us who have been inside for longer than he was looked for. */
function conflicts({ token }, other) {
  return other !== token && !(isShared(token) && isShared(other)) && !isDead(other)
}
