/**
 * Masks what looks like a token, a password or a private key before code is kept. It goes by shapes: a secret that
 * looks like any other text, and has no telling name beside it, is not recognised.
 */
import { NAMED_SHAPES } from './named-shapes.js'
import { KEY_SHAPES, TOKEN_SHAPES } from './token-shapes.js'

/** Keys first, which are the longest; names last, for what has a shape of its own is told by it. */
const SHAPES = [...KEY_SHAPES, ...TOKEN_SHAPES, ...NAMED_SHAPES]

/** The text with `[masked]` in place of every secret; whatever is around it stays. Takes linear time. */
export function mask(text: string): string {
  return SHAPES.reduce((masked, { pattern }) => masked.replace(pattern, '$1[masked]'), text)
}

/** Between lines that are kept apart: white space to every shape, and in nobody's code. */
const APART = '\n\u2028\n'

/** The same for lines of one text; those that a secret takes in become one with the line in which it begins. */
export function maskLines(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : mask(lines.join(APART)).split(APART)
}
