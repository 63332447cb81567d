/**
 * `dirdict rm DB KEY`: takes a key off the database. A nested database goes only with --recurse, as a directory does.
 */
import type { Command } from 'commander'
import { type DataBase, DirdictError } from '../index.js'
import { usage } from './failure.js'
import { interruptible } from './interrupt.js'
import { writing } from './open.js'
import { printJson } from './print.js'

interface RmOptions {
  readonly recurse?: boolean
  readonly force?: boolean
  readonly json?: boolean
}

export function addRm(program: Command): void {
  program
    .command('rm')
    .description('remove a key')
    .argument('<db>', 'directory of the database')
    .argument('<key>')
    .option('-r, --recurse', 'remove a nested database with all it holds')
    .option('-f, --force', 'a missing key is no error')
    .option('--json', 'print what was done as JSON')
    .action(removeKey)
}

async function removeKey(directory: string, key: string, options: RmOptions): Promise<void> {
  await writing(directory, false, db =>
    interruptible(async signal => {
      if (!options.recurse) await assertNotNested(db, key)
      const deleted = await db.delete(key, { signal })
      if (!deleted && !options.force) {
        throw new DirdictError(
          'KEY_NOT_FOUND',
          `There is no key ${JSON.stringify(key)} in ${db.directory}.`,
          { key },
        )
      }
      if (options.json) printJson({ key, deleted })
    }),
  )
}

async function assertNotNested(db: DataBase, key: string): Promise<void> {
  if (!(await db.has(key))) return
  const { dumper } = await db.metadata(key)
  if (dumper === 'subdb') {
    throw usage(
      `${JSON.stringify(key)} is a nested database. Give --recurse to remove it with all it holds.`,
      'recurse',
    )
  }
}
