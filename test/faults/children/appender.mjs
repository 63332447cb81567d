/**
 * A process that appends rows to one array of a shared store. Its arguments are the directory and its number; all
 * elements of a row are one number, which no other row has.
 */
import { array, DataBase, shared } from '../../../dist/src/index.js'
import { ROWS_OF_ONE, WIDTH } from './appended.mjs'

const [directory, number] = process.argv.slice(2)
const db = await DataBase.open(directory, { durability: 'relaxed' })
const store = await db.get('store', shared)
for (let i = 0; i < ROWS_OF_ONE; i++) {
  const row = new Float64Array(WIDTH).fill(Number(number) * ROWS_OF_ONE + i)
  await store.append('rows', array(row, [1, WIDTH]))
}
await db.close()
