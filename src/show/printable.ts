/**
 * Text from the disk, made safe to show: what could steer a terminal, reorder a line or hide is escaped, and what could
 * be taken for HTML too. Everything that is shown passes through here.
 */

/** Control and format characters, halves of pairs, line separators, and what is not drawn at all. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?!\p{Variation_Selector})\p{Default_Ignorable_Code_Point}/gu
const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** The text on one line, its unsafe characters as escapes. */
export function printable(text: string): string {
  return text.replace(UNSAFE, escapeCharacter)
}

/** The same for text of several lines, which stay lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** The beginning of a text that may be very long, escaped, in at most `most` characters and an ellipsis. */
export function clipped(text: string, most: number): string {
  const shown = printable(text.slice(0, most))
  if (text.length <= most && shown.length <= most) return shown
  return `${shown.slice(0, most).replace(/[\ud800-\udbff]$/, '')}…`
}

/** A string as one writes it, clipped. */
export function quoted(text: string, most: number): string {
  return `"${clipped(text.length > most ? text : text.replace(/["\\]/g, '\\$&'), most)}"`
}

/** Text as it may stand in HTML, also inside an attribute. */
export function escapeHtml(text: string): string {
  return printableLines(text).replace(/[&<>"']/g, character => HTML[character] ?? character)
}

function escapeCharacter(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16)
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`
}
