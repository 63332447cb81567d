/**
 * The face of a database: its first keys as text, and as HTML a tree that opens where databases are nested.
 */
import type { DatabaseDirectory } from '../entry/database-directory.js'
import type { Session } from '../session.js'
import { databaseTree } from './database-tree.js'
import { MORE, packedLines } from './edges.js'
import { type Face, faceOf, type Showing } from './face.js'
import { glance, namesAt } from './glance.js'
import { preformatted } from './html.js'
import { clipped, printable } from './printable.js'

/** Keys that `util.inspect` shows. */
const INSPECTED = 20
const NAME = 120

/** The face of one handle. */
export function databaseFace(session: Session, directory: DatabaseDirectory): Face {
  const showing = (look: Look): Showing<object> => ({
    kind: 'DataBase',

    title: () => `DataBase ${printable(directory.path)}`,

    text(db, width) {
      const title = this.title(db)
      return isGone(directory) ? `${title} (gone)` : keysText(title, directory.path, width, look())
    },

    html(db) {
      const title = this.title(db)
      if (isGone(directory)) return preformatted(`${title} (gone)`)
      return databaseTree(session, directory, title, look())
    },

    atOnce: () => showing(once(() => namesAt(directory.path))),
  })
  return faceOf(showing(() => namesAt(directory.path)))
}

/** The names in the directory of the database. */
type Look = () => readonly string[]

function once(look: Look): Look {
  let seen: readonly string[] | undefined
  return () => {
    seen ??= look()
    return seen
  }
}

function isGone(directory: DatabaseDirectory): boolean {
  return directory.identify() === undefined
}

/** On one line where they fit there, else packed into several. */
function keysText(title: string, path: string, width: number, all: readonly string[]): string {
  const { names, more } = glance(path, INSPECTED, all)
  const shown = names.map(name => clipped(name, NAME))
  if (more > 0) shown.push(`${MORE} ${more} more`)
  const line = shown.length === 0 ? `${title} {}` : `${title} { ${shown.join(', ')} }`
  if (shown.length <= 1 || line.length <= Math.max(width, title.length + 40)) return line
  return [`${title} {`, ...packedLines(shown, width - 2).map(names => `  ${names}`), '}'].join('\n')
}
