/**
 * `dirdict keys DB [KEY]`: the keys of a database, or of one nested in it, each as `get` takes it.
 */
import type { Command } from 'commander'
import { reading } from './open.js'
import { printable, printJson, printLine } from './print.js'

interface KeysOptions {
  readonly recurse?: boolean
  readonly json?: boolean
}

export function addKeys(program: Command): void {
  program
    .command('keys')
    .description('list the keys')
    .argument('<db>', 'directory of the database')
    .argument('[key]', 'a nested database')
    .option('-r, --recurse', 'the keys of nested databases too')
    .option('--json', 'as a JSON array')
    .action(listKeys)
}

async function listKeys(directory: string, key: string | undefined, options: KeysOptions): Promise<void> {
  const keys = await reading(directory, async db => {
    const wanted = { recurse: options.recurse ?? false }
    if (key === undefined) return db.keys(wanted)
    const inner = await (await db.sub(key)).keys(wanted)
    return inner.map(name => `${key}/${name}`)
  })
  if (options.json) printJson(keys)
  else for (const name of keys) printLine(printable(name))
}
