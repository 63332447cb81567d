/** What is shown cannot steer, reorder or hide, and can be told from what was stored. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { clipped, escapeHtml, printable, printableLines } from '../../../src/show/printable.js'
import { expectSafe, expectSafeHtml, HOSTILE } from './hostile.js'

it.each(HOSTILE.map(text => [JSON.stringify(text), text]))('%s is escaped', (_shown, text) => {
  expectSafe(printable(text))
  expect(printable(text)).not.toContain('\n')
  expectSafe(clipped(text, 5))
  expectSafeHtml(escapeHtml(text))
})

it('leaves letters of all scripts and emoji as they are', () => {
  for (const text of ['naïve Zürich', 'μm·s⁻¹', '日本語', 'עברית', '🧠 ❤️', 'e\u0301']) {
    expect(printable(text)).toBe(text)
  }
})

it('any text is safe, and short', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.nat(50), (text, most) => {
      expectSafe(printableLines(text))
      expectSafe(clipped(text, most))
      expectSafeHtml(escapeHtml(clipped(text, most)))
      expect(clipped(text, most).length).toBeLessThanOrEqual(most + 1)
    }),
  )
})

it('of a long text only the beginning is looked at', () => {
  expect(clipped('x'.repeat(2 ** 24), 3)).toBe('xxx…')
  expect(clipped('🧠🧠', 3)).toBe('🧠\\…')
})
