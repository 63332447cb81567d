/** A database in a directory that goes with the test, for the tests of single dumpers. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { DataBase } from '../../src/index.js'

export async function temporaryDatabase(): Promise<DataBase> {
  const directory = mkdtempSync(join(tmpdir(), 'dirdict-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return DataBase.open(join(directory, 'db'), { durability: 'relaxed' })
}
