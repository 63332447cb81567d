/**
 * The package as it is published: built and packed in a temporary folder, away from the checkout's own `dist`.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

export const checkout: string = dirname(dirname(import.meta.dirname))

const quiet = { NODE_OPTIONS: '', NODE_PATH: '', NO_COLOR: '1', npm_config_loglevel: 'error' }

/** A temporary folder. Not below the checkout: nothing there may be found by accident. */
export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'dirdict-package-')))
}

/** Runs a program with this very Node first in the path, and gives all that it wrote. */
export function run(
  directory: string,
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): { readonly status: number | null; readonly output: string } {
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter)
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, ...quiet, PATH: path, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (error !== undefined) throw error
  return { status, output: stdout + stderr }
}

/** The same, for what has to succeed. */
export function runWell(...call: Parameters<typeof run>): string {
  const { status, output } = run(...call)
  if (status !== 0) throw new Error(`${call[1]} ${call[2].join(' ')} ended with ${status}:\n${output}`)
  return output
}

/** Whether packages can be installed from the registry. */
export function registryAnswers(): boolean {
  return run(checkout, 'npm', ['ping', '--fetch-retries=0', '--fetch-timeout=10000']).status === 0
}

/** Builds the sources into `<folder>/dist`. That they are sound is for `npm run check` to say. */
export function build(folder: string): void {
  const tsc = join(checkout, 'node_modules/typescript/bin/tsc')
  runWell(checkout, process.execPath, [tsc, '-p', '.', '--noCheck', '--outDir', join(folder, 'dist')])
}

/** Packs what the checkout would publish; the path of the tarball. */
export function pack(folder: string): string {
  const source = join(folder, 'source')
  mkdirSync(source)
  build(source)
  for (const name of ['package.json', 'README.md', 'LICENSE']) {
    if (readdirSync(checkout).includes(name)) cpSync(join(checkout, name), join(source, name))
  }
  runWell(source, 'npm', ['pack', '--ignore-scripts', '--pack-destination', folder])
  const tarball = readdirSync(folder).find(name => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack made no tarball')
  return join(folder, tarball)
}

/** Unpacks a tarball into `<project>/node_modules/dirdict`, beside links to the checkout's other packages. */
export function unpack(tarball: string, project: string): void {
  const modules = join(project, 'node_modules')
  mkdirSync(join(modules, 'dirdict'), { recursive: true })
  runWell(project, 'tar', ['-xzf', tarball, '-C', join(modules, 'dirdict'), '--strip-components=1'])
  for (const name of readdirSync(join(checkout, 'node_modules'))) {
    if (name.startsWith('.') || name === 'dirdict') continue
    symlinkSync(join(checkout, 'node_modules', name), join(modules, name))
  }
}
