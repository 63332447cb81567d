/** Those who delete, rename and copy what others write. */
import { setTimeout as pause } from 'node:timers/promises'
import { CALCULATED, COMING, GOAL, PASSING, STANDING, TOGETHER } from '../keys.mjs'
import { observe } from '../observe.mjs'
import { formatOf } from '../values.mjs'

export async function deleter(actor) {
  const { db, random, pick } = actor
  return async () => {
    await pause(random() * 10)
    if (random() < 0.9) return remove(actor, pick([...COMING, ...TOGETHER, GOAL, ...CALCULATED]))
    // What killed renamers and copiers have left, and what others are about to look at.
    const passing = (await db.keys()).filter(key => PASSING.test(key))
    if (passing.length > 0) await remove(actor, pick(passing))
  }
}

export async function remove({ db, recorder }, key) {
  await recorder.change({ op: 'delete', key }, () => db.delete(key))
}

/** Races for what others have set, and for one goal. */
export async function renamer(actor) {
  const { random, pick } = actor
  return async () => {
    if (random() < 0.5) await aim(actor)
    else await take(actor, pick([...COMING, GOAL, ...TOGETHER]))
  }
}

async function aim(actor) {
  const { db, recorder, nextId } = actor
  const id = nextId()
  const key = `from-${id}`
  const { dumper, make } = formatOf(key)
  await recorder.change({ op: 'set', key, id }, () => db.set(key, make({ key, id, version: 1 }), dumper))
  await recorder.change({ op: 'rename', key, to: GOAL, id }, () => db.rename(key, GOAL), [
    'KEY_EXISTS',
    'KEY_NOT_FOUND',
  ])
  await remove(actor, key)
}

async function take(actor, key) {
  const to = `moved-${actor.nextId()}`
  await actor.recorder.change({ op: 'rename', key, to }, () => actor.db.rename(key, to), ['KEY_NOT_FOUND'])
  await observe(actor, to)
  await remove(actor, to)
}

export async function copier(actor) {
  const { db, recorder, nextId, pick } = actor
  return async () => {
    const key = pick([...STANDING, ...COMING, GOAL])
    const to = `copy-${nextId()}`
    const allowed = STANDING.includes(key) ? [] : ['KEY_NOT_FOUND']
    await recorder.change({ op: 'copy', key, to }, () => db.copy(key, db, to), allowed)
    await observe(actor, to)
    await remove(actor, to)
  }
}
