/**
 * Places where something else is mounted: what lies there belongs to others, under whatever name.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { PROCFS } from '../locks/token.js'

/** The fifth field of a line is the place; spaces and the like are written in octal (proc(5), "mountinfo"). */
const PLACE = 4

/** Whether a directory is one in which another file system, or another part of this one, begins. */
export function isMountPoint(path: string): boolean {
  const real = realpathSync(path)
  if (!PROCFS) return statSync(real).dev !== statSync(dirname(real)).dev
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  return lines.some(line => unescaped(line.split(' ')[PLACE] ?? '') === real)
}

function unescaped(place: string): string {
  const bytes = place.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
  return bytes === place ? place : Buffer.from(bytes, 'latin1').toString()
}
