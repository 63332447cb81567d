/**
 * What repair does with what a power cut has torn, and with what only looks like it.
 */
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { DatabaseDirectory } from '../../src/entry/database-directory.js'
import { DataBase } from '../../src/index.js'
import { newToken } from '../../src/locks/token.js'
import { cutOffEntry } from '../../src/repair/cut-off.js'
import { scratch } from './scratch.js'

const folder = scratch()
let count = 0
let db: DataBase

beforeEach(async () => {
  db = await DataBase.open(`${folder}/db${count++}`, { durability: 'relaxed' })
  await db.set('k', 'a value')
  await db.set('nested/inner', 1)
})

const TEARS: Record<string, (entry: string) => void> = {
  'a file that is shorter than recorded': entry => truncateSync(`${entry}/value.json`, 3),
  'a file of zeros': entry => writeFileSync(`${entry}/value.json`, Buffer.alloc('"a value"'.length)),
  'an empty record': entry => truncateSync(`${entry}/dirdict.json`, 0),
  'a record of zeros': entry => writeFileSync(`${entry}/dirdict.json`, Buffer.alloc(900)),
  'a record that ends too early': entry => truncateSync(`${entry}/dirdict.json`, 300),
}

for (const [name, tear] of Object.entries(TEARS)) {
  test(`${name}, with no predecessor: the entry is set aside, and repair says where`, async () => {
    tear(`${db.directory}/k`)
    const [repair] = await db.repair()
    expect(repair).toMatchObject({ key: 'k', action: 'set aside' })
    const where = repair?.to
    expect(readdirSync(`${db.directory}/${where}`)).toContain('Loader.json')
    expect(await db.repair()).toEqual([])
    await db.set('k', 'next')
    expect(await db.get('k')).toBe('next')
    expect(existsSync(`${db.directory}/${where}`)).toBe(true)
  })
}

const DAMAGES: Record<string, (entry: string) => void> = {
  'a missing file': entry => rmSync(`${entry}/value.json`),
  'a file that is longer': entry => writeFileSync(`${entry}/value.json`, '"a value" and more'),
  'other bytes': entry => writeFileSync(`${entry}/value.json`, '"a Value"'),
  'a record that somebody changed': entry =>
    writeFileSync(`${entry}/dirdict.json`, readFileSync(`${entry}/dirdict.json`, 'utf8').replace('":', '"')),
  'no record of ours': entry => {
    rmSync(`${entry}/dirdict.json`)
    truncateSync(`${entry}/value.json`, 0)
  },
}

for (const [name, damage] of Object.entries(DAMAGES)) {
  test(`${name} is no tear: the entry stays where it is`, async () => {
    damage(`${db.directory}/k`)
    expect((await db.repair()).filter(({ action }) => action === 'set aside')).toEqual([])
    expect(existsSync(`${db.directory}/k/Loader.json`)).toBe(true)
  })
}

test('the records of a nested database are made anew, and its keys stay', async () => {
  const entry = `${db.directory}/nested`
  for (const name of ['dirdict.json', 'metadata.json', 'Loader.json', 'db/db_state.json'])
    truncateSync(`${entry}/${name}`, 0)
  await expect(db.get('nested')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  expect(await db.repair()).toMatchObject([
    { key: 'nested', action: 'restored' },
    { key: 'nested', action: 'restored' },
  ])
  const nested = (await db.get('nested')) as DataBase
  expect(nested.id).toMatch(/^\d{4}-\d\d-\d\d_/)
  expect(await nested.get('inner')).toBe(1)
  expect(await db.repair()).toEqual([])
})

test('what has a whole predecessor is not set aside, even where it could not be taken back', () => {
  const entry = `${db.directory}/k`
  cpSync(entry, `${db.directory}/.deleting.dirdict/trash/${newToken()}/old-00aa.k`, { recursive: true })
  truncateSync(`${entry}/value.json`, 0)
  expect([...cutOffEntry(new DatabaseDirectory(db.directory), 'k', entry)]).toEqual([])
})

test('what was set aside can be moved back', async () => {
  renameSync(`${db.directory}/k/value.json`, `${folder}/value${count}`)
  writeFileSync(`${db.directory}/k/value.json`, '')
  const [repair] = await db.repair()
  renameSync(`${db.directory}/${repair?.to}`, `${db.directory}/k`)
  renameSync(`${folder}/value${count}`, `${db.directory}/k/value.json`)
  expect(await db.get('k')).toBe('a value')
})
