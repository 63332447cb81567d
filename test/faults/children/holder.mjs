/**
 * Takes the lock of `k`, alone or shared, says its token, and does what it is told on stdin: "block" its event loop for
 * ever, or "end". `node holder.mjs <directory> <alone|shared>`
 */
import { createInterface } from 'node:readline'
import { DatabaseDirectory } from '../../../dist/src/entry/database-directory.js'
import { acquireFileLock } from '../../../dist/src/locks/file.js'

const [path, mode] = process.argv.slice(2)
const lock = await acquireFileLock(new DatabaseDirectory(path), 'k', { shared: mode === 'shared' })
console.log(lock.token)
for await (const word of createInterface({ input: process.stdin })) {
  if (word === 'end') process.exit()
  console.log('blocked')
  for (;;);
}
