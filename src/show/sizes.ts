/**
 * Numbers of bytes for people.
 */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** `24.0 kB`; units of 1000. */
export function sizeText(bytes: number): string {
  let [value, unit] = [bytes, 0]
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`
}
