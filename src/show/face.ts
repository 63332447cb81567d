/**
 * A face: how a value shows itself to `util.inspect`, to `String`, and to notebooks as HTML. Its methods are added to
 * a value as properties that nobody sees who lists, spreads, compares or serialises it; and none of them ever throws.
 */
import { type InspectOptionsStylized, inspect } from 'node:util'
import { systemCode } from '../errors.js'
import { clipped, escapeHtml } from './printable.js'

/** What a kind of value looks like. All text is escaped already. */
export interface Showing<T extends object> {
  /** What it is called where it cannot be shown. */
  readonly kind: string
  /** One line: what it is. */
  title(value: T): string
  /** Title and content, in lines of about `width` characters. */
  text(value: T, width: number): string
  html(value: T): string
  /** The same for text and HTML together, from one look at the disk. @default each is made by itself */
  atOnce?(): Showing<T>
}

/** What notebooks take: one value in several formats. */
export interface MimeBundle {
  readonly 'text/plain': string
  readonly 'text/html'?: string
}

/** The method by which Jupyter kernels ask a value for its looks. */
export const DISPLAY: unique symbol = Symbol.for('Jupyter.display')

/** The methods of a face, made once for all values that wear it. */
export type Face = readonly (readonly [name: string | symbol, descriptor: PropertyDescriptor])[]

const DEFAULT_WIDTH = 80
/** More columns help nobody, whatever the width of the line. */
const WIDEST = 200

/** The methods that show a value. */
export function faceOf<T extends object>(showing: Showing<T>): Face {
  return [
    method(inspect.custom, function (this: T, depth: unknown, options: unknown) {
      return inspected(showing, this, depth, options)
    }),
    method(DISPLAY, function (this: T) {
      return bundleOf(showing, this)
    }),
    method('_toHtml', function (this: T) {
      return htmlOf(showing, this)
    }),
    method('toString', function (this: T) {
      return safely(showing, () => showing.title(this))
    }),
  ]
}

/** The face of values whose class has a `toString` of its own, which stays. */
export function faceBesideToString<T extends object>(showing: Showing<T>): Face {
  return faceOf(showing).filter(([name]) => name !== 'toString')
}

/** Gives the value its face, and gives it back. One by one, which takes half the time of `defineProperties`. */
export function wear<T extends object>(value: T, face: Face): T {
  if (!Object.isExtensible(value)) return value
  for (const [name, descriptor] of face) Object.defineProperty(value, name, descriptor)
  return value
}

/** The value as text and as HTML. Where there is no HTML to be had, the text says why. */
export function bundleOf<T extends object>(given: Showing<T>, value: T): MimeBundle {
  const showing = given.atOnce?.() ?? given
  const text = safely(showing, () => showing.text(value, DEFAULT_WIDTH))
  return { 'text/plain': text, 'text/html': htmlOf(showing, value) }
}

function htmlOf<T extends object>(showing: Showing<T>, value: T): string {
  try {
    return showing.html(value)
  } catch (error) {
    return `<pre>${escapeHtml(unshown(showing, error))}</pre>`
  }
}

/** As a member of something else, a value is shown on one line; deeper than `inspect` goes, by its title. */
function inspected<T extends object>(
  showing: Showing<T>,
  value: T,
  depth: unknown,
  options: unknown,
): string {
  const { depth: deepest, breakLength, stylize } = asOptions(options)
  const special = (text: string): string => stylize?.(text, 'special') ?? text
  return safely(showing, () => {
    const title = showing.title(value)
    if (typeof depth === 'number' && depth < 0) return special(`[${title}]`)
    const width = Math.min(WIDEST, Math.max(20, breakLength ?? DEFAULT_WIDTH))
    const text = showing.text(value, width)
    const isMember = typeof depth === 'number' && typeof deepest === 'number' && depth < deepest
    const shown = isMember && text.includes('\n') ? title : text
    return shown.startsWith(title) ? special(title) + shown.slice(title.length) : shown
  })
}

function asOptions(options: unknown): Partial<InspectOptionsStylized> {
  return typeof options === 'object' && options !== null ? options : {}
}

/** Whoever prints a value wants to see what is wrong, not another error. */
function safely<T extends object>(showing: Showing<T>, show: () => string): string {
  try {
    return show()
  } catch (error) {
    return unshown(showing, error)
  }
}

function unshown({ kind }: { readonly kind: string }, error: unknown): string {
  const why = systemCode(error) ?? (error instanceof Error ? error.message : String(error))
  return `${kind} (cannot be shown: ${clipped(why, 200)})`
}

function method(name: string | symbol, value: unknown): readonly [string | symbol, PropertyDescriptor] {
  return [name, { value, enumerable: false, configurable: true, writable: true }]
}
