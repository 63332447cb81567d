/**
 * Databases in temporary directories, and their files read and written past the code under test.
 */
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AnyDumper, DataBase } from '../index.js'

const RECORDS: ReadonlySet<string> = new Set([
  'Loader.json',
  'metadata.json',
  'dirdict.json',
  'dirdict.history.json',
])

/** Runs `use` with an empty directory, which is removed afterwards. */
async function withDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'dirdict-testing-')))
  try {
    await use(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Runs `use` with a new database that knows the dumper. */
export function withDatabase(dumper: AnyDumper, use: (db: DataBase) => Promise<void>): Promise<void> {
  return withDirectory(async directory => {
    const db = await DataBase.open(join(directory, 'db'), { dumpers: [dumper], durability: 'relaxed' })
    try {
      await use(db)
    } finally {
      await db.close()
    }
  })
}

/** All files below a directory, relative, sorted; `skipped` names directories that are not looked into. */
export function listFiles(directory: string, skipped: readonly string[] = []): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .flatMap(item => {
      if (!item.isDirectory()) return [item.name]
      if (skipped.includes(item.name)) return []
      return listFiles(join(directory, item.name), skipped).map(file => `${item.name}/${file}`)
    })
    .sort()
}

/** The files of an entry that hold data. */
export function dataFiles(entry: string): string[] {
  return listFiles(entry).filter(file => !RECORDS.has(file))
}

/** Every file below a directory with its bytes, as one comparable text a file. */
export function snapshot(directory: string, skipped: readonly string[] = []): Record<string, string> {
  const found: Record<string, string> = {}
  for (const file of listFiles(directory, skipped)) {
    found[file] = readFileSync(join(directory, file)).toString('base64')
  }
  return found
}
