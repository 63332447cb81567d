/** Writes several keys together, with one number for all of them. */
import { TOGETHER } from '../keys.mjs'
import { formatOf } from '../values.mjs'

export async function batcher({ db, recorder, nextId, random }) {
  return async () => {
    const id = nextId()
    await recorder.change({ op: 'batch', keys: TOGETHER, id }, async () => {
      await db.batch(async batch => {
        for (const key of TOGETHER) {
          const { dumper, make } = formatOf(key)
          const durability = random() < 0.2 ? 'full' : 'relaxed'
          await batch.set(key, make({ key, id, version: 1 }), dumper, { durability })
        }
      })
    })
  }
}
