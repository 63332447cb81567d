/**
 * The face of the handles that listings and searches give: key and dumper, without a look at the disk.
 */
import { faceOf, type Showing, wear } from './face.js'
import { aside, section } from './html.js'
import { clipped, quoted } from './printable.js'

const LONG = 300

interface Handle {
  readonly key: string
  readonly dumper: string
  readonly path: string
}

const entryShowing: Showing<Handle> = {
  kind: 'Entry',

  title: ({ key, dumper }) => `Entry ${quoted(key, LONG)} (${clipped(dumper, LONG)})`,

  text(entry) {
    return this.title(entry)
  },

  html(entry) {
    return section(this.title(entry), aside(entry.path))
  },
}

const face = faceOf(entryShowing)

/** The handle, which shows itself from now on. */
export function shownEntry<E extends Handle>(entry: E): E {
  return wear(entry, face)
}
