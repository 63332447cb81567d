/**
 * What a process had replaced when it was killed is removed only after the value that it left is on disk: until then a
 * power cut may leave nothing of that one.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, expect, it } from 'vitest'
import { DataBase } from '../../src/index.js'
import { deadToken } from '../unit/locks/scene.js'
import { pieces } from './children/pieces.mjs'
import { noStrace, runWithFault } from './strace.js'

const none = noStrace()
const unless = none === undefined ? '' : ` (skipped: ${none})`
const root = mkdtempSync(`${tmpdir()}/dirdict-replaced-`)
let count = 0

afterAll(() => rmSync(root, { recursive: true, force: true }))

it.skipIf(none).each([
  ['repair', 'trash'],
  ['repair', 'locks/key'],
  ['annotate', 'locks/key'],
  ['update', 'locks/key'],
  ['rename', 'locks/key'],
])(`%s syncs the key first, where the dead one left it in %s${unless}`, async (operation, place) => {
  const path = await replacedByTheDead(place)
  const { acknowledged, calls } = await runWithFault(operation, path, 'full', { thread: 'all' })
  expect(acknowledged).toBe(true)
  const synced = calls.findIndex(call => call.includes('fsync(') && call.includes(`<${path}/key>`))
  const removed = calls.findIndex(call => call.includes('unlink("/proc/self/fd/'))
  expect(synced).toBeGreaterThanOrEqual(0)
  expect(removed).toBeGreaterThan(synced)
  expect(readdirSync(`${path}/.deleting.dirdict/trash`)).toEqual([])
})

/** A database whose key was replaced, `relaxed`; its old value still lies in `place`. */
async function replacedByTheDead(place: string): Promise<string> {
  const path = `${root}/db${count++}`
  const db = await DataBase.open(path, { durability: 'relaxed', dumpers: [pieces] })
  await db.set('key', 1, pieces)
  const box = `${path}/.deleting.dirdict/${place}/${deadToken()}`
  mkdirSync(box, { recursive: true })
  cpSync(`${path}/key`, `${box}/old-00aa.key`, { recursive: true })
  await db.set('other', 2, pieces)
  await db.close()
  return path
}
