/**
 * `dirdict doctor DB`: whose database it is, what ails it, and what repair would do. It changes nothing. Exit code 0 where
 * it is healthy, 1 where it is not, 2 where it could not be examined.
 */
import type { Command } from 'commander'
import { type Aside, type Diagnosis, doctor, type Finding, type Repair } from '../index.js'
import { answering } from './answer.js'
import { printable, printJson, printLine } from './print.js'

interface DoctorOptions {
  readonly json?: boolean
}

export function addDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description('tell whose database it is, what ails it, and what repair would do; changes nothing')
    .argument('<db>', 'directory of the database')
    .option('--json', 'print the diagnosis as JSON')
  answering(command, examine)
}

async function examine(directory: string, { json: asJson = false }: DoctorOptions): Promise<boolean> {
  const diagnosis = await doctor(directory)
  if (asJson) printJson(diagnosis)
  else printDiagnosis(diagnosis)
  return diagnosis.healthy
}

function printDiagnosis(diagnosis: Diagnosis): void {
  for (const [name, value] of factsOf(diagnosis)) printLine(`${name.padEnd(12)}${printable(value)}`)
  const { findings, repairs, more, healthy } = diagnosis
  for (const finding of findings) printLine(printable(foundIn(finding)))
  for (const repair of repairs) printLine(printable(repairOf(repair)))
  for (const aside of diagnosis.asides) printLine(printable(asideOf(aside)))
  if (more > 0) printLine(`… ${more} more`)
  if (healthy) printLine('healthy')
  else if (repairs.length > 0) printLine('dirdict repair does what is to be repaired; nothing was changed.')
}

function factsOf({ path, id, owner, census, service }: Diagnosis): readonly (readonly [string, string])[] {
  const { databases, keys, byDirdict, byIsf } = census
  const others = Object.keys(census.owners).filter(user => user !== String(owner.user))
  return [
    ['directory', path],
    ['id', id ?? 'unknown'],
    ['holds', `${count(keys, 'key')} in ${count(databases, 'database')}`],
    [
      'dirdict',
      `${count(byDirdict, 'key')}${versions(census.dirdictVersions)}; service directory: ${service ? 'yes' : 'no'}`,
    ],
    ['ISF', `${count(byIsf, 'key')}${versions(census.isfVersions)}`],
    ['loaders', listed(census.loaderPaths) || 'none'],
    ['owner', `user ${owner.user}, group ${owner.group}, mode ${owner.mode}`],
    ...(others.length === 0 ? [] : [['other users', others.join(', ')] as const]),
  ]
}

function foundIn({ kind, key, message }: Finding): string {
  return `problem ${kind}: ${key === '' ? '' : `${JSON.stringify(key)} `}${message}`
}

function repairOf({ key, action, detail }: Repair): string {
  return `repair ${action}: ${key === '' ? '' : `${JSON.stringify(key)} `}${detail}`
}

function asideOf({ key, path, since, bytes }: Aside): string {
  const where = key === '' ? path : `${JSON.stringify(key)} ${path}`
  return `set aside ${since.toISOString().slice(0, 10)}: ${where}, ${bytes} bytes; remove it, or move it back`
}

function count(n: number, what: string): string {
  return n === 1 ? `1 ${what}` : `${n} ${what}s`
}

function versions(counts: Readonly<Record<string, number>>): string {
  const names = listed(counts)
  return names === '' ? '' : `, by version: ${names}`
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, n]) => `${name} (${n})`)
    .join(', ')
}
