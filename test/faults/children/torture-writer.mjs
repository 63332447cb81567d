/**
 * Overwrites, updates and deletes until it is killed; each update that was acknowledged goes into a file, which the
 * kill cannot take back. `node torture-writer.mjs <directory> <seed> <durability>`
 */
import { appendFileSync } from 'node:fs'
import { DataBase } from '../../../dist/src/index.js'
import { pieces } from './pieces.mjs'
import { ALWAYS, FORMATS, MAYBE, seeded } from './torture-values.mjs'

const [directory, seed, durability] = process.argv.slice(2)
const random = seeded(Number(seed))
const db = await DataBase.open(directory, { durability, dumpers: [pieces] })

process.send({ ready: true })
for (;;) {
  try {
    process.send({ did: await (random() < 0.7 ? advance() : comeAndGo()) })
  } catch (error) {
    process.send({ error: `writer: ${error.stack}` })
  }
}

/** One version more, so that a lost update would show as a version that was acknowledged twice. */
async function advance() {
  const key = ALWAYS[Math.floor(random() * ALWAYS.length)]
  const { dumper, make, versionOf } = FORMATS[key]
  let version = 0
  await db.update(
    key,
    before => {
      if (before === undefined) throw new Error(`${key} IS LOST`)
      version = versionOf(before) + 1
      return make(version)
    },
    dumper,
  )
  appendFileSync(`${directory}.acknowledged.${key}`, `${version}\n`)
  return 'update'
}

/** Setting a key that is absent takes the light form. */
async function comeAndGo() {
  const choice = random()
  if (choice < 0.4) {
    await db.delete(MAYBE)
    return 'delete'
  }
  if (choice < 0.5) {
    const mine = `maybe-${process.pid}`
    await db.set(mine, 1, pieces)
    await db.rename(mine, `${mine}-moved`)
    await db.delete(`${mine}-moved`)
    return 'rename'
  }
  await db.set(MAYBE, Date.now(), pieces)
  return 'set'
}
