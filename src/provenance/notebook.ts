/**
 * The notebook that runs this code, as far as Jupyter tells of it: by the variables of its kernels.
 */
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import process from 'node:process'

/** The directory of the notebook, also for what its cells start; null where none runs, or its path is not known. */
export function notebookFolder(): string | null {
  // The notebook may have been renamed since, or never been saved.
  const folders = new Set(notebooks().map(path => dirname(path)))
  const [folder] = [...folders].filter(path => existsSync(path))
  // Several notebooks in several folders: which of them runs is not known.
  return folders.size === 1 && folder !== undefined ? folder : null
}

/** The notebook whose kernel this process is; null where it is none, or where it cannot be known of which. */
export function notebookPath(): string | null {
  const { JPY_PARENT_PID: parent } = process.env
  const found = bySession() ?? (parent === String(process.ppid) ? byParent() : [])
  return found.length === 1 ? (found[0] ?? null) : null
}

function notebooks(): readonly string[] {
  return bySession() ?? byParent()
}

/** Jupyter's server tells a kernel the path of its notebook. */
function bySession(): readonly string[] | null {
  const path = process.env.JPY_SESSION_NAME
  // A console has a name, too.
  return path !== undefined && isAbsolute(path) && path.endsWith('.ipynb') ? [path] : null
}

/** nbconvert and its like have the notebooks that they run on their command line. */
function byParent(): readonly string[] {
  const parent = process.env.JPY_PARENT_PID
  if (parent === undefined || !/^\d+$/.test(parent)) return []
  try {
    const cwd = readlinkSync(`/proc/${parent}/cwd`)
    const words = readFileSync(`/proc/${parent}/cmdline`, 'utf8').split('\0')
    return words
      .filter((word, i) => /^[^-].*\.ipynb$/.test(word) && !words[i - 1]?.startsWith('--output'))
      .map(word => resolve(cwd, word))
      .filter(path => existsSync(path))
  } catch {
    // No /proc on this system, the parent has ended, or it is another user's.
    return []
  }
}
