/** The order of versions, as packages of npm and of Python number them. */
import { expect, test } from 'vitest'
import { versionOrder } from '../../../src/find/versions.js'

const ordered = [
  ['1.9.0', '1.10.0'],
  ['2.0.0-rc.1', '2.0.0'],
  ['2.0.0-alpha', '2.0.0-alpha.1'],
  ['2.0.0-alpha.1', '2.0.0-alpha.beta'],
  ['2.0.0-2', '2.0.0-10'],
  ['1.0.0-1', '1.0.0'],
  ['1.0a1', '1.0rc1'],
  ['1.0rc1', '1.0'],
  ['1.0.dev3', '1.0'],
  ['2023.3', '2023.3.post1'],
  ['2023.3.post1', '2023.3.1'],
  ['1.1.1', '1.1.1w'],
  ['1.1.1w', '1.1.2'],
] as const

test.each(ordered)('%s before %s', (a, b) => {
  expect(versionOrder(a, b)).toBeLessThan(0)
  expect(versionOrder(b, a)).toBeGreaterThan(0)
})

test.each([
  ['1.0', '1.0.0'],
  ['2022.12.1+dfsg', '2022.12.1'],
  ['1.0RC1', '1.0rc1'],
])('%s is %s', (a, b) => expect(versionOrder(a, b)).toBe(0))
