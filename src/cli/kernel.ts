/**
 * `dirdict kernel install|list|uninstall`: kernels of Jupyter that start tslab, the TypeScript kernel, with the hook
 * that records every cell.
 */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { usage } from './failure.js'
import { printable, printJson, printLine } from './print.js'

/** The compiled files lie in dist/src/cli and dist/src/kernel. */
const HOOK = fileURLToPath(new URL('../kernel/register.cjs', import.meta.url))
/**
 * The environment may have options for Node already, which are kept: a fixed `env` in kernel.json would replace them.
 * Without the hook, where this package was removed, the kernel starts all the same.
 */
const START = '[ ! -e "$0" ] || export NODE_OPTIONS="--require=\\"$0\\" $NODE_OPTIONS"; exec "$@"'

interface Where {
  readonly prefix?: string
}

interface InstallOptions extends Where {
  readonly name: string
  readonly tslab?: string
}

export function addKernel(program: Command): void {
  const kernel = program.command('kernel').description('kernels of Jupyter that record every cell')
  kernel
    .command('install')
    .description('add a TypeScript kernel: tslab, recorded from the first cell on')
    .option('--prefix <dir>', 'into DIR/share/jupyter/kernels instead of your own kernels')
    .option('--name <name>', 'name of the kernel', 'dirdict-tslab')
    .option('--tslab <path>', 'the command tslab; default: in node_modules here or above, then in PATH')
    .action(install)
  kernel
    .command('list')
    .description('list the kernels that were added so')
    .option('--prefix <dir>', 'those in DIR/share/jupyter/kernels')
    .option('--json', 'as JSON')
    .action(list)
  kernel
    .command('uninstall')
    .description('remove a kernel that was added so')
    .argument('[name]', 'name of the kernel', 'dirdict-tslab')
    .option('--prefix <dir>', 'from DIR/share/jupyter/kernels')
    .action(uninstall)
}

function install({ name, tslab, prefix }: InstallOptions): void {
  const folder = kernelFolder(name, prefix)
  if (existsSync(folder) && !isOurs(folder)) {
    throw usage(`There is another kernel in ${folder}. Choose another name: --name NAME.`, 'name')
  }
  const program = tslab === undefined ? findTslab() : resolve(tslab)
  if (!isExecutable(program)) throw usage(`${program} cannot be executed. Name the command tslab.`, 'tslab')
  const spec = {
    argv: ['/bin/sh', '-c', START, HOOK, program, 'kernel', '--config-path', '{connection_file}'],
    display_name: 'TypeScript (dirdict)',
    language: 'typescript',
    metadata: { dirdict: { hook: HOOK, tslab: program } },
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'kernel.json'), `${JSON.stringify(spec, null, 2)}\n`)
  printLine(printable(folder))
}

function list({ prefix, json }: Where & { readonly json?: boolean }): void {
  const folder = kernelsFolder(prefix)
  const names = existsSync(folder) ? readdirSync(folder).sort() : []
  const ours = names.filter(name => isOurs(join(folder, name)))
  if (json) printJson(ours)
  else for (const name of ours) printLine(printable(name))
}

function uninstall(name: string, { prefix }: Where): void {
  const folder = kernelFolder(name, prefix)
  if (!isOurs(folder))
    throw usage(`${folder} is no kernel that \`dirdict kernel install\` has added.`, 'name')
  rmSync(folder, { recursive: true })
}

/** https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs says which names there may be. */
function kernelFolder(name: string, prefix: string | undefined): string {
  if (!/^[a-z0-9_-][a-z0-9._-]*$/i.test(name)) {
    throw usage(
      'The name of a kernel has to be made of letters, digits, dots, hyphens and underscores.',
      'name',
    )
  }
  return join(kernelsFolder(prefix), name)
}

/** https://docs.jupyter.org/en/latest/use/jupyter-directories.html */
function kernelsFolder(prefix: string | undefined): string {
  if (prefix !== undefined) return resolve(prefix, 'share/jupyter/kernels')
  const { JUPYTER_DATA_DIR: data, XDG_DATA_HOME: shared } = process.env
  if (data) return resolve(data, 'kernels')
  if (process.platform === 'darwin') return join(homedir(), 'Library/Jupyter/kernels')
  return join(shared || join(homedir(), '.local/share'), 'jupyter/kernels')
}

function isOurs(folder: string): boolean {
  const file = join(folder, 'kernel.json')
  return existsSync(file) && 'dirdict' in metadataOf(readFileSync(file, 'utf8'))
}

/** Of a kernel's specification; empty where it has none, or is none. */
function metadataOf(text: string): object {
  try {
    const { metadata }: { metadata?: unknown } = JSON.parse(text)
    return typeof metadata === 'object' && metadata !== null ? metadata : {}
  } catch {
    return {}
  }
}

function findTslab(): string {
  const parents = process
    .cwd()
    .split('/')
    .map((_, i, parts) => parts.slice(0, parts.length - i).join('/'))
  const installed = parents.map(parent => `${parent}/node_modules/.bin`)
  const inPath = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '')
  const found = [...installed, ...inPath].map(folder => resolve(folder, 'tslab')).find(isExecutable)
  if (found === undefined) {
    throw usage(
      'There is no tslab here or in PATH. Install it (npm install tslab), or name it: --tslab PATH.',
      'tslab',
    )
  }
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
