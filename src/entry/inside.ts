/**
 * Directories opened one below the other, each by its name in the open one above it. A link in place of any of them is
 * met and not followed, whoever puts it there meanwhile.
 */
import { closeSync, constants, openSync } from 'node:fs'
import { PROCFS } from '../locks/token.js'

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW

/** A directory that is open, and the path by which what lies in it is reached. */
export interface OpenDirectory {
  readonly path: string
  close(): void
}

/** Opens `path`, then each of `names` in the one before. Fails with ENOTDIR or ELOOP where one is a link or a file. */
export function openInside(path: string, ...names: readonly string[]): OpenDirectory {
  let open = openDirectory(path)
  for (const name of names) {
    const above = open
    try {
      open = openDirectory(`${above.path}/${name}`)
    } finally {
      above.close()
    }
  }
  return open
}

/** Without /proc the path is all there is. */
function openDirectory(path: string): OpenDirectory {
  const fd = openSync(path, DIRECTORY)
  return { path: PROCFS ? `/proc/self/fd/${fd}` : path, close: () => closeSync(fd) }
}
