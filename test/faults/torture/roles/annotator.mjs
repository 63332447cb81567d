/** Annotates a key in a chain, each annotation made of the one before, and the standing keys beside their writers. */
import { NOTED, STANDING } from '../keys.mjs'

export async function annotator({ db, recorder, nextId, random, pick }) {
  return async () => {
    const id = nextId()
    if (random() < 0.5) {
      const key = `${NOTED}#note`
      await recorder.change({ op: 'update', key, id }, saw =>
        db.annotate(NOTED, ({ attributes }) => {
          saw({ saw: attributes.id })
          return { attributes: { id } }
        }),
      )
    } else {
      const key = pick(STANDING)
      await recorder.change({ op: 'annotate', key, id }, () => db.annotate(key, { tags: [String(id)] }))
    }
  }
}
