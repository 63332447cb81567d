/**
 * Reads, lists and verifies for as long as it lives, and reports whatever may not be.
 * `node torture-reader.mjs <directory> <seed>`
 */
import { DataBase } from '../../../dist/src/index.js'
import { pieces } from './pieces.mjs'
import { ALWAYS, FORMATS, MAYBE, seeded } from './torture-values.mjs'

const [directory, seed] = process.argv.slice(2)
const random = seeded(Number(seed))
const db = await DataBase.open(directory, { readonly: true, dumpers: [pieces] })
const last = {}

for (let round = 0; ; round++) {
  await attempt('read', read)
  if (round % 10 === 0) await attempt('list', list)
  if (round % 200 === 0) await attempt('verify', verify)
}

async function attempt(what, action) {
  try {
    process.send({ did: await action() })
  } catch (error) {
    process.send({ error: `${what}: ${error.stack}` })
  }
}

async function read() {
  const key = [...ALWAYS, MAYBE][Math.floor(random() * 4)]
  const { dumper, versionOf } = FORMATS[key]
  const value = await db.getOr(key, undefined, dumper)
  if (value === undefined) {
    if (key !== MAYBE) throw new Error(`FALSE KEY_NOT_FOUND of ${key}`)
    return 'absent'
  }
  const version = versionOf(value)
  if (key !== MAYBE && version < (last[key] ?? 0)) {
    throw new Error(`BACK IN TIME: ${key} was ${last[key]} and is ${version}`)
  }
  last[key] = version
  return 'read'
}

async function list() {
  const keys = await db.keys()
  for (const key of ALWAYS) if (!keys.includes(key)) throw new Error(`NOT LISTED: ${key}`)
  const strange = keys.filter(key => !ALWAYS.includes(key) && !/^maybe(-\d+(-moved)?)?$/.test(key))
  if (strange.length > 0) throw new Error(`STRANGE KEYS: ${strange}`)
  for (const entry of await db.entries()) {
    if (ALWAYS.includes(entry.key) && (await entry.files()).length === 0)
      throw new Error(`NO FILES: ${entry.key}`)
  }
  return 'list'
}

async function verify() {
  const { problems } = await db.verify()
  if (problems.length > 0) throw new Error(`VERIFY: ${JSON.stringify(problems)}`)
  return 'verify'
}
