/** Stores and loads a table that is encoded in worker threads, says so, and has nothing more to do. */
import { DataBase, dataframe } from '../../../../dist/src/index.js'

const db = await DataBase.open(process.argv[2], { durability: 'relaxed' })
const values = Float64Array.from({ length: 3_000_000 }, (_, i) => i % 1000)
await db.set('table', [['x', values]], dataframe, { compression: 'snappy' })
const table = await db.get('table', dataframe)
process.stdout.write(`${table.numRows} rows`)
