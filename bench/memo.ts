/**
 * Memo: calling a function whose tiny result is stored already, against reading it by its key.
 */
import { mkdtempSync } from 'node:fs'
import { DataBase, json } from 'dirdict'
import { measure, type Row } from './measure.js'

const COUNT = 500

export async function memo(folder: string): Promise<Row[]> {
  const db = await DataBase.open(mkdtempSync(`${folder}/memo-`), { durability: 'relaxed' })
  const squared = db.memo('squared', (x: number) => ({ x, square: x * x }), json)
  const keys: string[] = []
  for (let i = 0; i < COUNT; i++) {
    await squared(i)
    keys.push(await squared.key(i))
  }
  const row = await measure({
    work: 'memo, the tiny result is stored',
    limit: 'get of its key',
    reach: 2.0,
    rounds: 25,
    operations: COUNT,
    async ours() {
      for (let i = 0; i < COUNT; i++) await squared(i)
    },
    async theirs() {
      for (const key of keys) await db.get(key, json)
    },
  })
  await db.remove()
  return [row]
}
