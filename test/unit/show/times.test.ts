/** Times are as exact as their units, in every year. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { clockTime, isoTime } from '../../../src/show/times.js'

it.each([
  [0n, 'Y', '1970'],
  [-1n, 'M', '1969-12'],
  [2n, 'W', '1970-01-15'],
  [18_321n, 'D', '2020-02-29'],
  [-1n, 'h', '1969-12-31T23'],
  [61n, 'm', '1970-01-01T01:01'],
  [951_782_400n, 's', '2000-02-29T00:00:00'],
  [1n, 'ns', '1970-01-01T00:00:00.000000001'],
  [-1n, 'as', '1969-12-31T23:59:59.999999999999999999'],
  [253_402_300_800n, 's', '+010000-01-01T00:00:00'],
  [-62_167_219_201n, 's', '-000001-12-31T23:59:59'],
  [2n ** 63n - 1n, 's', '+292277026596-12-04T15:30:07'],
])('%s %s is %s', (count, unit, text) => {
  expect(isoTime(count, unit)).toBe(text)
})

it('milliseconds are those of Date', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true, min: new Date(-6e13), max: new Date(2.5e14) }), date => {
      expect(`${isoTime(BigInt(date.getTime()), 'ms')}Z`).toBe(date.toISOString())
    }),
  )
})

it('times of a day have no date', () => {
  expect(clockTime(86_399_999n, 'ms')).toBe('23:59:59.999')
  expect(clockTime(1n, 's')).toBe('00:00:01')
})
