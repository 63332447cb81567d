/**
 * `dirdict diff DB KEY KEY`: what changed between two results: the values, their records, the code that made them. Exit
 * code 0 where the values are equal, 1 where they differ.
 */
import type { Command } from 'commander'
import { answering } from './answer.js'
import { printSection } from './diff/difference.js'
import { compareCode, compareModules, compareRecords } from './diff/records.js'
import type { Side } from './diff/side.js'
import { compareValues } from './diff/value.js'
import { reading } from './open.js'
import { printable, printJson, printLine } from './print.js'

interface DiffOptions {
  readonly db2?: string
  readonly json?: boolean
}

/** Lines of the difference of the code that are printed for people. */
const MOST_LINES = 200
const LONGEST_LINE = 300

export function addDiff(program: Command): void {
  const command = program
    .command('diff')
    .description('tell what changed between two values; exit code 1 where they differ')
    .argument('<db>', 'directory of the database')
    .argument('<key>')
    .argument('<other>', 'the key that it is compared with')
    .option('--db2 <db>', 'the database of the other key')
    .option('--json', 'as JSON')
  answering(command, diffKeys)
}

async function diffKeys(
  directory: string,
  key: string,
  other: string,
  options: DiffOptions,
): Promise<boolean> {
  return reading(directory, db =>
    reading(options.db2 ?? directory, async db2 => {
      const a: Side = { db, key, metadata: await db.metadata(key) }
      const b: Side = { db: db2, key: other, metadata: await db2.metadata(other) }
      return reportOn(a, b, options.json ?? false)
    }),
  )
}

async function reportOn(a: Side, b: Side, asJson: boolean): Promise<boolean> {
  const { equal, facts } = await compareValues(a, b)
  const record = compareRecords(a.metadata, b.metadata)
  const modules = compareModules(a.metadata, b.metadata)
  const code = compareCode(a.metadata, b.metadata)
  if (asJson) {
    printJson({ equal, value: facts, record, modules, code: { ...code.facts, diff: code.diff } })
    return equal
  }
  printSection(`value: ${equal ? 'equal' : 'differs'}`, facts)
  if (Object.keys(facts).length === 0) printLine(`value: ${equal ? 'equal' : 'differs'}`)
  printSection('record', record)
  printSection('modules', modules)
  printSection('code', code.facts)
  if (code.diff !== null) printLines(code.diff.split('\n'))
  return equal
}

function printLines(lines: readonly string[]): void {
  for (const line of lines.slice(0, MOST_LINES))
    printLine(line.slice(0, LONGEST_LINE).replace(/[^\t]+/g, printable))
  if (lines.length > MOST_LINES) printLine(`… ${lines.length - MOST_LINES} more lines; --json has all`)
}
