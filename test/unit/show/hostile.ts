/** Strings that would do harm where they are shown as they are, and what shown text must never hold. */
import { expect } from 'vitest'

export const HOSTILE: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'-alert(1)-'",
  '&lt;b&gt;',
  '\u001b]0;title\u0007',
  '\u001b[2J\u001b[31mred',
  '\u009b31m',
  '\r\nforged line',
  '\u202egnp.exe\u202c',
  '\u2066a\u2069',
  'zero\u200bwidth\u200d\ufeff',
  '\u2028\u2029',
  '\ud800 half',
  'tag \u{e0041}',
  '\u0000\b\u007f',
]

const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|\u{e0041}/u
const OUR_TAGS =
  /^<\/?(div|strong|table|thead|tbody|tr|th|td|pre|span|code|ul|li|details|summary)( open)?( style="[\w:;.,() -]*")?>$/

/** Text may have lines, but nothing that steers, reorders or hides. */
export function expectSafe(text: string): void {
  expect(text).not.toMatch(UNSAFE)
}

/** Every tag is one that is written here, with no attribute but `style` and `open`. */
export function expectSafeHtml(html: string): void {
  expectSafe(html)
  const tags = html.match(/<[^>]*>?/g) ?? []
  expect(tags.filter(tag => !OUR_TAGS.test(tag))).toEqual([])
  expect(html.replace(/<[^>]*>/g, '')).not.toMatch(/[<>"']/)
}
