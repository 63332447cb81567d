/**
 * The face of managed folders: the first names that lie in them.
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

const folderShowing: Showing<Folder> = {
  kind: 'ManagedFolder',

  title: ({ path }) => `ManagedFolder ${printable(path)}`,

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

const face = faceOf(folderShowing)

/** The handle, which shows itself from now on. */
export function shownFolder<F extends Folder>(folder: F): F {
  return wear(folder, face)
}
