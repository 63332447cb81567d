/** A worker thread that takes the lock of `k` in a directory and ends with it. */
import { workerData } from 'node:worker_threads'
import { DatabaseDirectory } from '../../../dist/src/entry/database-directory.js'
import { acquireFileLock } from '../../../dist/src/locks/file.js'

await acquireFileLock(new DatabaseDirectory(workerData), 'k')
