/**
 * `dirdict set DB KEY`: stores a file, standard input or a JSON value. The input is read and checked before the
 * database is touched; a wrong file leaves no database behind.
 */
import type { Command } from 'commander'
import type { AnyDumper, SetOptions } from '../index.js'
import { usage } from './failure.js'
import { interruptible } from './interrupt.js'
import { writing } from './open.js'
import { printJson } from './print.js'
import { openSource } from './source.js'
import { dumperForFile, dumperNamed, parseJson, readAs, SETTABLE } from './values.js'

interface SetCommandOptions {
  readonly from?: string
  readonly value?: string
  readonly dumper?: string
  readonly overwrite: boolean
  readonly tag: readonly string[]
  readonly durability?: string
  readonly json?: boolean
}

/** What is stored; without a dumper the value decides. */
interface Input {
  readonly value: unknown
  readonly dumper: AnyDumper | undefined
}

export function addSet(program: Command): void {
  program
    .command('set')
    .description('store a file or a value; the database is made where there is none')
    .argument('<db>', 'directory of the database')
    .argument('<key>')
    .option(
      '--from <file>',
      'the file to store, - for standard input: .npy .npz .parquet .arrow .csv .json .txt, else bytes',
    )
    .option('--value <json>', 'the value to store, as JSON')
    .option('--dumper <name>', `how to store it: ${SETTABLE.join(', ')}`)
    .option('--no-overwrite', 'fail where the key exists')
    .option('--tag <tag>', 'a tag to find it by; may be given several times', collectTag, [])
    .option('--durability <kind>', 'full (default): survives a power cut; or relaxed')
    .option('--json', 'print what was done as JSON')
    .action(setKey)
}

async function setKey(directory: string, key: string, options: SetCommandOptions): Promise<void> {
  await interruptible(async signal => {
    const { value, dumper } = await inputOf(options, signal)
    const set: SetOptions = {
      overwrite: options.overwrite,
      signal,
      ...(options.tag.length > 0 ? { tags: options.tag } : {}),
      ...durabilityOf(options.durability),
    }
    await writing(directory, true, async db => {
      if (dumper === undefined) await db.set(key, value, set)
      else await db.set(key, value, dumper, set)
      if (options.json) printJson({ key, dumper: (await db.metadata(key)).dumper })
    })
  })
}

async function inputOf(options: SetCommandOptions, signal: AbortSignal): Promise<Input> {
  const { from, value } = options
  const named = options.dumper === undefined ? undefined : dumperNamed(options.dumper)
  if (from !== undefined && value !== undefined) throw usage('Give --from or --value, not both.', 'value')
  if (value !== undefined) return { value: parseJson(value, '--value'), dumper: named }
  if (from === undefined) throw usage('Give --from FILE, --from - or --value JSON.', 'from')
  const dumper = named ?? dumperForFile(from)
  const source = await openSource(from, signal)
  try {
    return { value: await readAs(dumper, source, from, signal), dumper }
  } finally {
    await source.close()
  }
}

function durabilityOf(kind: string | undefined): Pick<SetOptions, 'durability'> {
  if (kind === undefined) return {}
  if (kind === 'full' || kind === 'relaxed') return { durability: kind }
  throw usage(`--durability is full or relaxed, not ${JSON.stringify(kind)}.`, 'durability')
}

function collectTag(tag: string, before: readonly string[]): readonly string[] {
  return [...before, tag]
}
