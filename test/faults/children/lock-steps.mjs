/**
 * Takes the lock of `k`, alone or shared, and gives it back; LOCKED is an answer, too. Nothing else in it makes, renames or
 * removes directories. `node lock-steps.mjs <directory> <alone|shared>`
 */
import { DatabaseDirectory } from '../../../dist/src/entry/database-directory.js'
import { acquireFileLock } from '../../../dist/src/locks/file.js'

const [path, mode] = process.argv.slice(2)
try {
  const lock = await acquireFileLock(new DatabaseDirectory(path), 'k', {
    shared: mode === 'shared',
    timeout: 50,
  })
  await lock.release()
} catch (error) {
  if (error.code !== 'LOCKED') throw error
}
