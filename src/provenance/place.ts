/**
 * Where to look for the repository of the running code, other than at its script or its notebook.
 */
import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import process from 'node:process'
import { DirdictError } from '../errors.js'

/** The directory that `open({ source })` names, itself or by a file in it; absolute. OPTION_INVALID without one. */
export function sourceFolder(source: string): string {
  const path = resolve(source)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found !== undefined) return found.isDirectory() ? path : dirname(path)
  throw new DirdictError(
    'OPTION_INVALID',
    `The option source names ${path}, which does not exist. Give the directory of the code, or a file in it.`,
    { option: 'source' },
  )
}

export function workingDirectory(): string {
  try {
    return process.cwd()
  } catch {
    // Somebody removed it while we run.
    return '/'
  }
}
