/** Makes each standing value out of the one before, and sets and updates keys that come and go. */
import { setTimeout as pause } from 'node:timers/promises'
import { COMING, STANDING } from '../keys.mjs'
import { formatOf } from '../values.mjs'

export async function writer(actor) {
  const { random, pick } = actor
  return async () => {
    const choice = random()
    if (choice < 0.7) await advance(actor, choice < 0.05 ? 'table' : pick(STANDING.slice(0, 4)))
    else if (choice < 0.85) await advance(actor, pick(COMING))
    else await put(actor, pick(COMING))
  }
}

/** One version more. What was read goes into the history before anything is written. */
async function advance(actor, key) {
  const { db, recorder, nextId } = actor
  const { dumper, options, make, identityOf } = formatOf(key)
  const id = nextId()
  await recorder.change({ op: 'update', key, id }, async saw => {
    await db.update(
      key,
      async before => {
        const identity = before === undefined ? undefined : await identityOf(before)
        await dawdle(actor, saw)
        saw({ saw: identity?.id ?? null })
        return make({ key, id, version: (identity?.version ?? 0) + 1 })
      },
      dumper,
      options,
    )
  })
}

async function put({ db, recorder, nextId }, key) {
  const { dumper, options, make } = formatOf(key)
  const id = nextId()
  await recorder.change({ op: 'set', key, id }, () =>
    db.set(key, make({ key, id, version: 1 }), dumper, options),
  )
}

/** Holds the lock for a while, now and then with an event loop that does nothing else for seconds. */
async function dawdle({ random }, saw) {
  const choice = random()
  if (choice < 0.004) {
    saw({ blocked: true })
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000 + random() * 2000)
  } else if (choice < 0.06) await pause(1 + random() * 20)
}
