/** Looks that several roles, and the end of the run, take at the keys. */
import { isDirdictError, shared } from '../../../dist/src/index.js'
import { FALLEN, isKnown, LISTED, NOTED, STORE } from './keys.mjs'
import { formatOf, identityOfAny, torn } from './values.mjs'

/** The number of the value under a key, or null. */
export function observe({ db, recorder }, key) {
  return recorder.look({ op: 'get', key }, async () => (await identityAt(db, key))?.id ?? null)
}

/** The identity under a key; undefined where there is none. A table is asked for again where it was replaced meanwhile. */
export async function identityAt(db, key) {
  for (;;) {
    const value = await db.getOr(key, undefined)
    if (value === undefined) return undefined
    try {
      const identity = await identityOfAny(value)
      if (/^(array|value|quartet|grid|table)$/.test(key) && identity.key !== key) throw torn(key, identity)
      return identity
    } catch (error) {
      if (!isDirdictError(error, 'STALE_HANDLE')) throw error
    }
  }
}

export function observeList({ db, recorder }) {
  return recorder.look({ op: 'list' }, async () => {
    const keys = await db.keys()
    for (const key of keys) if (!isKnown(key)) throw new Error(`STRANGE KEY ${key}`)
    return keys.filter(key => LISTED.includes(key))
  })
}

/** What is said of {@link NOTED}: the number of the last annotation. */
export function observeNote({ db, recorder }) {
  return recorder.look({ op: 'get', key: `${NOTED}#note` }, async () => {
    return (await db.metadata(NOTED)).attributes.id
  })
}

/** The rows of the store that one handle gives, with the generation of the store. */
export async function observeRows({ db, recorder }) {
  await recorder.look({ op: 'rows', key: STORE }, async () => {
    const store = await db.get(STORE, shared)
    const [generation] = (await store.load('generation')).data
    const { data, shape } = await store.load('rows')
    const [again] = (await store.load('generation')).data
    if (again !== generation) throw torn('store', { generation, again })
    return { generation, rows: rowIds(data, shape) }
  }, ['STALE_HANDLE'])
}

/** Writes down what lies in the towers that were renamed. */
export async function observeFallen(actor, tower) {
  const { db, recorder } = actor
  await recorder.look({ op: 'found', key: tower }, async () => {
    const sub = await db.sub(tower)
    const ids = []
    for (const key of await sub.keys()) ids.push((await sub.get(key, formatOf(key).dumper)).id)
    return ids
  })
}

export async function fallenTowers({ db }) {
  return (await db.keys()).filter(key => FALLEN.test(key))
}

function rowIds(data, [rows, width]) {
  return Array.from({ length: rows }, (_, i) => {
    const row = data.subarray(i * width, (i + 1) * width)
    if (row.some(element => element !== row[0])) throw torn('row', [...row])
    return row[0]
  })
}
