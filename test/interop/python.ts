/** The Python that other programs' files are read and written with, and what it can import. */
import { spawnSync } from 'node:child_process'

export const python = '/usr/bin/python3'

/** Whether Python is there and has these modules. */
export function canImport(...modules: readonly string[]): boolean {
  return spawnSync(python, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' }).status === 0
}
