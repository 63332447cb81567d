/**
 * The cells of a tslab notebook: all of them where the kernel was started with the hook of `dirdict kernel install`,
 * else those after the one that uses the library first.
 */
import { createRequire } from 'node:module'
import type { Transcript } from './transcript.js'
import { type CellList, followCells, knownCells } from './tslab-cells.js'

/** Null where this process is no kernel of tslab. */
export function tslabCells(): Transcript | null {
  const list = knownCells() ?? followLoadedKernel()
  return list === undefined ? null : new TslabTranscript(list)
}

function followLoadedKernel(): CellList | undefined {
  const { cache } = createRequire(import.meta.url)
  // A kernel that was installed globally starts the one in the working directory: the later one is at work.
  const loaded = Object.keys(cache ?? {}).filter(path => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(path))
  const path = loaded.at(-1)
  return path === undefined ? undefined : followCells(cache[path]?.exports, 'hook')
}

class TslabTranscript implements Transcript {
  readonly kind = 'notebook'
  readonly source: CellList['source']
  readonly cells: CellList['cells']

  constructor({ source, cells }: CellList) {
    this.source = source
    this.cells = cells
  }

  get complete(): boolean {
    return this.source === 'preload-hook' && this.cells[0]?.n === 1
  }

  get changes(): number {
    return this.cells.length
  }
}
