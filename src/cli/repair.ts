/**
 * `dirdict repair DB`: finishes what crashes have left, restores records, sets aside what it does not understand. Exit code
 * 0 where nothing is left to do, 1 where something could only be told, 2 where it failed.
 */
import type { Command } from 'commander'
import { type DataBase, type Repair, restoreState } from '../index.js'
import { answering } from './answer.js'
import { usage } from './failure.js'
import { interruptible } from './interrupt.js'
import { reading, writing } from './open.js'
import { printable, printJson, printLine } from './print.js'
import { withProgress } from './progress-line.js'

interface RepairCommandOptions {
  readonly dryRun?: boolean
  readonly newState?: boolean
  readonly json?: boolean
}

export function addRepair(program: Command): void {
  const command = program
    .command('repair')
    .description('finish what crashes have left half done, restore records, set aside what is unknown')
    .argument('<db>', 'directory of the database')
    .option('-n, --dry-run', 'tell what would be done; change nothing')
    .option('--new-state', 'first write db_state.json anew where it is missing or damaged; the id may change')
    .option('--json', 'print what was done as JSON')
  answering(command, repair)
}

async function repair(directory: string, options: RepairCommandOptions): Promise<boolean> {
  const { dryRun = false, newState = false } = options
  if (dryRun && newState) throw usage('--new-state changes the database: leave out --dry-run.', 'newState')
  if (newState) await restoreState(directory)
  const work = (db: DataBase): Promise<readonly Repair[]> =>
    interruptible(signal =>
      withProgress(onProgress =>
        db.repair({ dryRun, signal, ...(onProgress !== undefined && { onProgress }) }),
      ),
    )
  const repairs = await (dryRun ? reading(directory, work) : writing(directory, false, work))
  if (options.json) printJson({ dryRun, repairs })
  else printRepairs(repairs, dryRun)
  return repairs.every(({ action }) => action !== 'reported')
}

function printRepairs(repairs: readonly Repair[], dryRun: boolean): void {
  for (const { key, action, detail, to } of repairs) {
    const where = to === undefined ? '' : `, to ${to}`
    printLine(printable(`${action}: ${key === '' ? '' : `${JSON.stringify(key)} `}${detail}${where}`))
  }
  if (repairs.length === 0) printLine('nothing to repair')
  else if (dryRun) printLine('Nothing was changed.')
}
