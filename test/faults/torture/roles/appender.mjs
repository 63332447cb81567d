/** Appends rows to a shared store through handles that it holds, and replaces the store when it has become long. */
import { array, shared } from '../../../../dist/src/index.js'
import { STORE } from '../keys.mjs'

const WIDTH = 30
const LONG = 150

export async function appender(actor) {
  const { db, recorder, nextId, random } = actor
  let held
  return async () => {
    if (held === undefined || random() < 0.1) await take()
    if (held === undefined) return
    const id = nextId()
    const { store, generation } = held
    const rows = array(new Float64Array(WIDTH).fill(id), [1, WIDTH])
    const at = await recorder.change(
      { op: 'append', key: STORE, generation, id },
      () => store.append('rows', rows),
      ['STALE_HANDLE'],
    )
    if (at === undefined) held = undefined
    else if (at > LONG) await replace(actor)
  }

  async function take() {
    held = undefined
    await recorder.look({ op: 'get', key: STORE }, async () => {
      const store = await db.get(STORE, shared)
      const [generation] = (await store.load('generation')).data
      held = { store, generation }
      return generation
    }, ['STALE_HANDLE'])
  }
}

async function replace({ db, recorder, nextId }) {
  const id = nextId()
  await recorder.change({ op: 'set', key: STORE, id }, () => db.set(STORE, storeOf(id), shared))
}

/** A store of this generation, with one row, which says so. */
export function storeOf(id) {
  return {
    generation: array(Float64Array.of(id), [1]),
    rows: array(new Float64Array(WIDTH).fill(id), [1, WIDTH]),
  }
}
