/**
 * The last resort in a notebook whose kernel tells nothing: its file, as it was last saved. The cells are those of the
 * file in the order of the file, which may not be what ran.
 */
import { readFileSync, statSync } from 'node:fs'
import type { CodeCell } from '../../metadata.js'
import { notebookPath } from '../notebook.js'
import type { Transcript } from './transcript.js'

/** Null where this process is no kernel, or where it cannot be known of which notebook. */
export function notebookFile(): Transcript | null {
  const path = notebookPath()
  return path === null ? null : new NotebookTranscript(path)
}

class NotebookTranscript implements Transcript {
  readonly kind = 'notebook'
  readonly source = 'notebook-file'
  readonly complete = false
  readonly #path: string
  #cells: readonly CodeCell[] = []
  #stamp = ''
  #changes = 0

  constructor(path: string) {
    this.#path = path
  }

  get cells(): readonly CodeCell[] {
    return this.#cells
  }

  get changes(): number {
    const found = statSync(this.#path, { throwIfNoEntry: false })
    const stamp = found === undefined ? this.#stamp : `${found.mtimeMs} ${found.size} ${found.ino}`
    if (stamp !== this.#stamp) this.#readAgain(stamp)
    return this.#changes
  }

  #readAgain(stamp: string): void {
    try {
      this.#cells = codeCells(readFileSync(this.#path, 'utf8'))
    } catch {
      // It is just being saved: what it said before stands until the next time.
      return
    }
    this.#stamp = stamp
    this.#changes++
  }
}

/** https://nbformat.readthedocs.io: the source of a cell is a text, or its lines. */
function codeCells(text: string): CodeCell[] {
  const { cells }: { cells?: unknown } = JSON.parse(text)
  if (!Array.isArray(cells)) return []
  return cells
    .filter(cell => cell?.cell_type === 'code')
    .map(({ source, execution_count: n }) => ({
      n: typeof n === 'number' ? n : null,
      code: Array.isArray(source) ? source.join('') : String(source),
    }))
}
