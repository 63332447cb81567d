/**
 * The face of managed folders, and of stores of shared arrays: the first names that lie in them.
 */
import { readdirSync } from 'node:fs'
import { RECORDS } from '../entry/file-names.js'
import { MORE } from './edges.js'
import { faceOf, type Showing, wear } from './face.js'
import { smallest } from './glance.js'
import { preformatted } from './html.js'
import { clipped, printable } from './printable.js'

const SHOWN = 20
const NAME = 120

interface Folder {
  readonly path: string
}

/** Folders of this kind, by the names of the files in them. */
function showingOf(kind: string): Showing<Folder> {
  return {
    kind,

    title: ({ path }) => `${kind} ${printable(path)}`,

    text(folder) {
      const all = readdirSync(folder.path).filter(name => !RECORDS.includes(name))
      const shown = smallest(all, SHOWN).map(name => clipped(name, NAME))
      if (all.length > SHOWN) shown.push(`${MORE} ${all.length - SHOWN} more`)
      return `${this.title(folder)} { ${shown.join(', ')} }`
    },

    html(folder) {
      return preformatted(this.text(folder, 0))
    },
  }
}

const folderFace = faceOf(showingOf('ManagedFolder'))
const storeFace = faceOf(showingOf('SharedArrays'))

/** The handle, which shows itself from now on. */
export function shownFolder<F extends Folder>(folder: F): F {
  return wear(folder, folderFace)
}

/** A store of shared arrays, whose files are named by name, shape and dtype. */
export function shownStore<F extends Folder>(store: F): F {
  return wear(store, storeFace)
}
