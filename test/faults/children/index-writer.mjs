/**
 * Changes keys in every way there is until it is killed, and searches now and then, so that indices are written beside
 * other writers. `node index-writer.mjs <directory> <seed> <margin>`
 */
import { DataBase, isDirdictError } from '../../../dist/src/index.js'
import { factsOf } from './index-search.mjs'
import { seeded } from './seeded.mjs'

const [directory, seed, margin] = process.argv.slice(2)
const random = seeded(Number(seed))
const db = await DataBase.open(directory, { durability: 'relaxed' })

// Annotations leave the database directory as it is, but for what they announce: some rounds are of nothing else.
let onlyAnnotates = false
process.on('message', message => {
  onlyAnnotates = message.onlyAnnotates
})

process.send({ ready: true })
for (;;) {
  try {
    process.send({ did: await oneOf(onlyAnnotates ? (random() < 0.8 ? 0 : 1) : random()) })
  } catch (error) {
    // Others delete, rename and replace what this one has just seen.
    const expected = ['KEY_NOT_FOUND', 'KEY_EXISTS', 'STALE_HANDLE', 'LOCK_LOST', 'CORRUPT_ENTRY']
    if (!isDirdictError(error) || !expected.includes(error.code)) process.send({ error: error.stack })
  }
}

async function oneOf(choice) {
  const key = anyKey()
  const attributes = { n: Math.floor(random() * 1e9) }
  if (choice < 0.3) {
    await db.annotate(key, { attributes })
    return 'annotate'
  }
  if (choice < 0.55) {
    await db.set(key, 1, { attributes })
    return 'set'
  }
  if (choice < 0.65) {
    await db.delete(key)
    return 'delete'
  }
  if (choice < 0.75) {
    await db.rename(key, anyKey())
    return 'rename'
  }
  if (choice < 0.85) {
    await db.set(`nested${Math.floor(random() * 3)}/${key}`, 1, { attributes })
    return 'nested set'
  }
  await factsOf(directory, Number(margin))
  return 'find'
}

function anyKey() {
  return `k${String(Math.floor(random() * 1200)).padStart(4, '0')}`
}
