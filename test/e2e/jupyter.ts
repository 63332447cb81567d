/**
 * Jupyter as Debian installs it: whether it can be used here, its surroundings in a folder of their own, kernels and
 * notebooks as files.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { registryAnswers, run } from './tarball.js'

export const JUPYTER = '/usr/bin/jupyter'

/** Why no notebook can be run with a kernel from the npm registry; undefined: it can. */
export function whatIsAbsent(): string | undefined {
  if (!existsSync(JUPYTER)) return `${JUPYTER} is not installed`
  if (run('/', JUPYTER, ['nbconvert', '--version']).status !== 0) return 'jupyter nbconvert is not installed'
  return registryAnswers() ? undefined : 'the npm registry cannot be reached'
}

/** Lets Jupyter find the kernels below `prefix`, and keep its own files in `folder`. */
export function surroundings(folder: string, prefix: string): Record<string, string> {
  return {
    JUPYTER_PATH: join(prefix, 'share/jupyter'),
    JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
    IPYTHONDIR: join(folder, 'ipython'),
    PYDEVD_DISABLE_FILE_VALIDATION: '1',
  }
}

/** Describes a kernel below `prefix`, which Jupyter starts with `argv`. */
export function addKernel(prefix: string, name: string, argv: readonly string[]): void {
  const kernel = join(prefix, 'share/jupyter/kernels', name)
  mkdirSync(kernel, { recursive: true })
  const content = { argv, display_name: name, language: 'typescript' }
  writeFileSync(join(kernel, 'kernel.json'), JSON.stringify(content))
}

/** Writes a notebook that has not been run. */
export function writeNotebook(path: string, kernel: string, cells: readonly string[]): void {
  const code = { cell_type: 'code', execution_count: null, metadata: {}, outputs: [] }
  const kernelspec = { display_name: kernel, language: 'typescript', name: kernel }
  const content = { metadata: { kernelspec }, nbformat: 4, nbformat_minor: 4 }
  writeFileSync(path, JSON.stringify({ ...content, cells: cells.map(source => ({ ...code, source })) }))
}
