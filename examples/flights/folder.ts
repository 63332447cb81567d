/**
 * Where the example keeps its database: the folder that was given, or a temporary one that is removed at the end.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

interface Chosen {
  readonly folder: string
  readonly temporary?: { remove(): Promise<void> }
}

export async function chooseFolder(given: string | undefined): Promise<Chosen> {
  if (given !== undefined) return { folder: resolve(given) }
  const home = await mkdtemp(join(tmpdir(), 'dirdict-flights-'))
  return {
    folder: join(home, 'study'),
    temporary: { remove: () => rm(home, { recursive: true, force: true }) },
  }
}
