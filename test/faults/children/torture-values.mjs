/**
 * Keys and values of the torture run: each value carries its version in every part of it, so that a reader can tell
 * a whole value from a mix of two.
 */
import { createHash } from 'node:crypto'
import { clone, ndarray } from '../../../dist/src/index.js'
import { pieces } from './pieces.mjs'

/** These keys are always there, and their versions only grow. */
export const ALWAYS = ['array', 'value', 'pieces']
/** This one comes and goes. */
export const MAYBE = 'maybe'

export const FORMATS = {
  array: { dumper: ndarray, make: makeArray, versionOf: versionOfArray },
  value: { dumper: clone, make: makeValue, versionOf: versionOfValue },
  pieces: { dumper: pieces, make: version => version, versionOf: version => version },
  maybe: { dumper: pieces, make: version => version, versionOf: version => version },
}

/** A generator of numbers from 0 to 1 that is the same for the same seed (mulberry32). */
export function seeded(seed) {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

function makeArray(version) {
  const values = new Float64Array(2 + ((version * 7919) % 5000)).fill(version)
  values[1] = values.length
  return values
}

function versionOfArray({ data, shape }) {
  const version = data[0]
  const whole = shape[0] === data[1] && data.every((value, index) => index === 1 || value === version)
  if (!whole) throw new Error(`TORN array of version ${version}`)
  return version
}

function makeValue(version) {
  const payload = String(version).repeat((version * 31) % 900)
  return new Map([
    ['version', version],
    ['payload', payload],
    ['sum', sumOf(version, payload)],
  ])
}

function versionOfValue(value) {
  const version = value.get('version')
  if (value.get('sum') !== sumOf(version, value.get('payload'))) throw new Error(`TORN value ${version}`)
  return version
}

function sumOf(version, payload) {
  return createHash('sha1').update(`${version}|${payload}`).digest('hex')
}
