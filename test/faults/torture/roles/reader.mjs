/** Reads, lists, searches and verifies, and writes nothing. Some readers are another user, who could not. */
import { BELOW, CALCULATED, COMING, GOAL, LISTED, MINE, STANDING, TOGETHER } from '../keys.mjs'
import { observe, observeList, observeNote, observeRows } from '../observe.mjs'

export async function reader(actor) {
  const { db, recorder, random, pick } = actor
  const quick = [...STANDING.slice(0, 4), ...COMING, ...TOGETHER, GOAL, ...CALCULATED, ...BELOW]
  return async () => {
    const choice = random()
    if (choice < 0.75) await observe(actor, pick(quick))
    else if (choice < 0.77) await observe(actor, 'table')
    else if (choice < 0.82) await observeNote(actor)
    else if (choice < 0.87) await observeRows(actor)
    else if (choice < 0.92) await observeList(actor)
    else if (choice < 0.97) await has(pick([...LISTED, ...BELOW]))
    else if (choice < 0.99) await search()
    else await below()
  }

  async function has(key) {
    await recorder.look({ op: 'has', key }, () => db.has(key))
  }

  async function search() {
    await recorder.look({ op: 'find' }, async () => {
      const keys = (await db.find({ key: '*' })).map(({ key }) => key)
      for (const key of STANDING) if (!keys.includes(key)) throw new Error(`NOT FOUND by a search: ${key}`)
      return keys.length
    })
  }

  async function below() {
    await recorder.look({ op: 'keys' }, async () => {
      const keys = await db.keys({ recurse: true })
      const strange = keys.filter(key => key.startsWith(`${MINE}/`) && !BELOW.includes(key))
      if (strange.length > 0) throw new Error(`STRANGE KEYS ${strange}`)
      return keys.length
    })
  }
}
