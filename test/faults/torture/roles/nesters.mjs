/** Those who write into nested databases, and the one who deletes and renames these above them. */
import { setTimeout as pause } from 'node:timers/promises'
import { BELOW, MINE, TOWER } from '../keys.mjs'
import { fallenTowers, observe, observeFallen } from '../observe.mjs'
import { formatOf } from '../values.mjs'

/** What a writer may meet below a database that is moved away. */
const MOVED = ['STALE_HANDLE', 'LOCK_LOST', 'KEY_NOT_FOUND']

/** Writes by the whole key, which makes the database where it is missing, and through handles that it holds on. */
export async function builder(actor) {
  const { db, recorder, nextId, random, pick } = actor
  const held = {}

  return async () => {
    const id = nextId()
    const inTower = random() < 0.5
    const key = inTower ? `${TOWER}/x-${id}` : pick(BELOW)
    const operation = inTower ? { op: 'add', key: TOWER, id } : { op: 'set', key, id }
    const { dumper, make } = formatOf(key)
    const value = make({ key, id, version: 1 })
    const [parent, name] = key.split('/')
    const sub = random() < 0.6 ? await handleOf(parent) : undefined
    if (sub === undefined) await recorder.change(operation, () => db.set(key, value, dumper), MOVED)
    else await recorder.change({ ...operation, held: true }, () => sub.set(name, value, dumper), MOVED)
    if (!inTower && random() < 0.5) await observe(actor, key)
  }

  /** A handle is kept long after its database was moved away. */
  async function handleOf(parent) {
    if (held[parent] === undefined || random() < 0.1) {
      await recorder.change(
        { op: 'sub', key: parent },
        async () => {
          held[parent] = await db.sub(parent, { create: true })
        },
        MOVED,
      )
    }
    return held[parent]
  }
}

export async function remover(actor) {
  const { db, recorder, nextId, random } = actor
  return async () => {
    if (random() < 0.5) {
      await recorder.change({ op: 'delete', key: MINE }, () => db.delete(MINE), ['LOCK_LOST'])
    } else {
      const to = `${TOWER}-${nextId()}`
      await recorder.change({ op: 'rename', key: TOWER, to }, () => db.rename(TOWER, to), ['KEY_NOT_FOUND'])
      // One that a killed remover has left is looked through at the end of the run.
      if ((await fallenTowers(actor)).includes(to)) {
        await observeFallen(actor, to)
        await recorder.change({ op: 'delete', key: to }, () => db.delete(to))
      }
    }
    await pause(20 + random() * 150)
  }
}
