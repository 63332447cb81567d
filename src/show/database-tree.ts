/**
 * The tree of a database as HTML: a line for each key with its dumper, shape and size, and nested databases folded up.
 * However many keys there are, no more records are read than are shown.
 */
import type { DatabaseDirectory } from '../entry/database-directory.js'
import { nestedIfPermitted, type Session } from '../session.js'
import { MORE } from './edges.js'
import { factsAt, factTexts } from './entry-facts.js'
import { glance } from './glance.js'
import { aside } from './html.js'
import { clipped, escapeHtml } from './printable.js'

/** Keys that are shown of the database, and of each one nested in it, level by level. */
const SHOWN: readonly number[] = [100, 20, 10]
const NAME = 120
const LIST = 'list-style:none;margin:0;padding-left:1.5em'
const SUMMARY = 'cursor:pointer'

/** `title` is the line that folds it up; `names`, what could be keys, are those of the directory. */
export function databaseTree(
  session: Session,
  directory: DatabaseDirectory,
  title: string,
  names: readonly string[],
): string {
  return folded(escapeHtml(title), listOf(session, directory, 0, names), true)
}

function listOf(
  session: Session,
  directory: DatabaseDirectory,
  level: number,
  all?: readonly string[],
): string {
  const { names, more } = glance(directory.path, SHOWN[level] ?? 0, all)
  const items = names.map(name => itemOf(session, directory, name, level))
  if (more > 0) items.push(aside(`${MORE} and ${more} more`))
  if (items.length === 0) items.push(aside('no keys'))
  return `<ul style="${LIST}">${items.map(item => `<li>${item}</li>`).join('')}</ul>`
}

function itemOf(session: Session, directory: DatabaseDirectory, name: string, level: number): string {
  const facts = factsAt(session, directory, name)
  const line = `<code>${escapeHtml(clipped(name, NAME))}</code> ${aside(factTexts(facts).join(' · '))}`
  const nested = nestedIfPermitted(directory.entry(name))
  if (nested === undefined || level + 1 >= SHOWN.length) return line
  return folded(line, listOf(session, session.directory(nested), level + 1), false)
}

function folded(summary: string, body: string, open: boolean): string {
  return `<details${open ? ' open' : ''}><summary style="${SUMMARY}">${summary}</summary>${body}</details>`
}
