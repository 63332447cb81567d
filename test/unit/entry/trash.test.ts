/** What was replaced is removed, however many files the entry that replaced it has. */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { scratch } from '../scratch.js'

const path = scratch()
const dist = new URL('../../../dist/src/index.js', import.meta.url).href
const program = `
import { array, DataBase, zarr } from '${dist}'
process.on('warning', ({ message }) => console.log(message))
const db = await DataBase.open('${path}/db', { durability: 'relaxed' })
await db.set('many', 'one file')
await db.set('many', array(new Uint8Array(600)), zarr, { chunks: 1, compression: 'none' })
await db.close()`

test('an entry may have more files than the process may open', () => {
  const limited = 'ulimit -n 256; exec "$0" --input-type=module -e "$1"'
  expect(execFileSync('bash', ['-c', limited, process.execPath, program], { encoding: 'utf8' })).toBe('')
  expect(readdirSync(`${path}/db/.deleting.dirdict/trash`)).toEqual([])
})
