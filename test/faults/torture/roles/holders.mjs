/** Those who hold handles on entries that are replaced and deleted: what they get is of one entry, or STALE_HANDLE. */
import { folder, isDirdictError, partitions } from '../../../../dist/src/index.js'
import { BOX } from '../keys.mjs'
import { torn } from '../values.mjs'

const FILES = ['first', 'second', 'third']
const BOX_CHANGES = ['STALE_HANDLE', 'KEY_NOT_FOUND']

/** Several handles on a managed folder, which it replaces and deletes itself now and then. */
export async function folderHolder(actor) {
  const { db, recorder, nextId, random, pick } = actor
  const held = []

  return async () => {
    const choice = random()
    if (choice < 0.1) return replace()
    if (choice < 0.12) await recorder.change({ op: 'delete', key: BOX }, () => db.delete(BOX))
    else if (choice < 0.25 || held.length === 0) await take()
    else await readThrough(pick(held))
  }

  async function replace() {
    const id = nextId()
    const files = Object.fromEntries(FILES.map(file => [file, `${id}|${file}`]))
    await recorder.change({ op: 'set', key: BOX, id }, () => db.set(BOX, files, folder))
  }

  async function take() {
    await recorder.look({ op: 'get', key: BOX }, async () => {
      const handle = await db.getOr(BOX, undefined)
      if (handle === undefined) return null
      const id = await numberIn(handle)
      held.push({ handle, id })
      if (held.length > 5) held.shift()
      return id
    }, ['STALE_HANDLE'])
  }

  async function readThrough({ handle, id }) {
    await recorder.look(
      { op: 'get', key: BOX, held: id },
      async () => {
        const found = await numberIn(handle)
        if (found !== id) throw torn('folder through a handle', { id, found })
        return found
      },
      BOX_CHANGES,
    )
  }
}

/** The number that all files of a folder carry. */
async function numberIn(handle) {
  const found = []
  for (const file of FILES) found.push(String(Buffer.from(await handle.read(file))))
  const id = Number(found[0].split('|')[0])
  if (found.some((text, i) => text !== `${id}|${FILES[i]}`)) throw torn('folder', found)
  return id
}

/** Handles on a table of several files: its rows are those that it was opened on, long after it was replaced. */
export async function tableHolder(actor) {
  const { db, recorder, random } = actor
  let held

  return async () => {
    if (held === undefined || random() < 0.2) await take()
    else await readThrough()
  }

  async function take() {
    await held?.handle.close()
    held = undefined
    await recorder.look({ op: 'get', key: 'table' }, async () => {
      const handle = await db.get('table', partitions)
      const [first] = await rowsOf(handle)
      held = { handle, id: first.id }
      return first.id
    }, ['STALE_HANDLE'])
  }

  async function readThrough() {
    const { handle, id } = held
    await recorder.look({ op: 'held', key: 'table', id }, async () => {
      try {
        const rows = await rowsOf(handle)
        const isWhole = rows.length === rows[0].rows && rows.every((row, i) => row.id === id && row.i === i)
        if (!isWhole) throw torn('table through a handle', { id, rows: rows.length, first: rows[0] })
        return 'whole'
      } catch (error) {
        if (!isDirdictError(error, 'STALE_HANDLE')) throw error
        held = undefined
        return 'stale'
      }
    })
  }
}

async function rowsOf(handle) {
  return (await handle.toTable()).toArray().map(row => row.toJSON())
}
