/**
 * `dirdict verify DB [KEY…]`: reads every recorded file again. Exit code 0 where all is as it was written, 1 where something
 * is not, 2 where it could not be examined. It changes nothing.
 */
import type { Command } from 'commander'
import type { VerifyReport } from '../index.js'
import { answering } from './answer.js'
import { interruptible } from './interrupt.js'
import { reading } from './open.js'
import { printable, printJson, printLine } from './print.js'
import { withProgress } from './progress-line.js'

interface VerifyCommandOptions {
  readonly recurse: boolean
  readonly json?: boolean
}

export function addVerify(program: Command): void {
  const command = program
    .command('verify')
    .description('read every recorded file again and compare it with its record; changes nothing')
    .argument('<db>', 'directory of the database')
    .argument('[keys...]', 'only these, and what is nested below them')
    .option('--no-recurse', 'leave out the keys of nested databases')
    .option('--json', 'print the report as JSON')
  answering(command, verifyKeys)
}

async function verifyKeys(
  directory: string,
  keys: readonly string[],
  { recurse, json: asJson = false }: VerifyCommandOptions,
): Promise<boolean> {
  const report = await reading(directory, db =>
    interruptible(signal =>
      withProgress(onProgress =>
        db.verify({
          signal,
          recurse,
          ...(keys.length > 0 && { keys }),
          ...(onProgress !== undefined && { onProgress }),
        }),
      ),
    ),
  )
  const healthy = report.problems.length === 0
  if (asJson) printJson({ healthy, ...report })
  else printReport(report)
  return healthy
}

function printReport({ checked, unchecked, problems, unrecorded, repairs }: VerifyReport): void {
  for (const { key, code, message } of problems)
    printLine(printable(`problem ${code}: ${key === '' ? '' : `${JSON.stringify(key)} `}${message}`))
  for (const { key, file } of unrecorded)
    printLine(printable(`unrecorded: ${JSON.stringify(key)} ${JSON.stringify(file)}`))
  for (const { key, action, detail } of repairs)
    printLine(printable(`repair ${action}: ${key === '' ? '' : `${JSON.stringify(key)} `}${detail}`))
  const counts = [`${checked} checked`, `${unchecked.length} without sums`, `${problems.length} problems`]
  printLine(counts.join(', '))
  if (repairs.length > 0) printLine('dirdict repair does what is to be repaired; nothing was changed.')
}
