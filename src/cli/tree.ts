/**
 * `dirdict tree DB [KEY]`: the keys with their formats and sizes.
 */
import type { Command } from 'commander'
import { type DataBase, isDirdictError, type TreeOptions } from '../index.js'
import { usage } from './failure.js'
import { reading } from './open.js'
import { printJson, printLine } from './print.js'

interface TreeCommandOptions {
  readonly depth?: number
  readonly json?: boolean
}

/** One key in the JSON form. */
interface Node {
  readonly key: string
  /** Null where the record cannot be read; `error` says why. */
  readonly dumper: string | null
  readonly error?: string
  /** Of the data files; 0 where nobody recorded them. */
  readonly bytes: number
  /** Only of nested databases that were opened. */
  keys?: Node[]
}

export function addTree(program: Command): void {
  program
    .command('tree')
    .description('draw the keys with their formats and sizes')
    .argument('<db>', 'directory of the database')
    .argument('[key]', 'a nested database')
    .option('-d, --depth <levels>', 'levels of nested databases that are opened', wholeNumber)
    .option('--json', 'as nested JSON')
    .action(drawTree)
}

async function drawTree(
  directory: string,
  key: string | undefined,
  options: TreeCommandOptions,
): Promise<void> {
  await reading(directory, async root => {
    const db = key === undefined ? root : await root.sub(key)
    if (options.json) {
      const prefix = key === undefined ? '' : `${key}/`
      const depth = options.depth ?? Number.POSITIVE_INFINITY
      printJson({ directory: db.directory, keys: await nodes(db, prefix, depth) })
      return
    }
    const shown: TreeOptions = {
      lines: Number.POSITIVE_INFINITY,
      ...(options.depth === undefined ? {} : { depth: options.depth }),
    }
    printLine(await db.tree(shown))
  })
}

async function nodes(db: DataBase, prefix: string, depth: number): Promise<Node[]> {
  const found: Node[] = []
  for (const name of await db.keys()) {
    const node = await nodeOf(db, name, prefix)
    found.push(node)
    if (node.dumper === 'subdb' && depth > 0) {
      node.keys = await nodes(await db.sub([name]), `${node.key}/`, depth - 1)
    }
  }
  return found
}

/** One damaged record does not hide the other keys. */
async function nodeOf(db: DataBase, name: string, prefix: string): Promise<Node> {
  const key = prefix + name
  try {
    const { dumper, files } = await db.metadata([name])
    return { key, dumper, bytes: files.reduce((sum, file) => sum + file.bytes, 0) }
  } catch (error) {
    if (!isDirdictError(error)) throw error
    return { key, dumper: null, error: error.code, bytes: 0 }
  }
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text))
    throw usage(`--depth has to be a whole number, not ${JSON.stringify(text)}.`, 'depth')
  return Number(text)
}
