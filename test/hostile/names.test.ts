/**
 * Keys whose names steer terminals, open tags, look like options, or are no text at all: each is listed and found, and
 * whatever is printed of it is harmless.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { DataBase, doctor, isDirdictError } from '../../src/index.js'
import { scratch } from '../unit/scratch.js'

const NAMES = [
  'new\nline',
  'carriage\rreturn',
  '\u001b]0;title\u0007',
  '\u001b[31mred',
  'c1\u009b31m',
  'gpj.\u202egnp',
  'line\u2028separator',
  '"quo\'tes"',
  '<img src=x onerror=alert(1)>',
  '&lt;b&gt;',
  '-rf',
  '--help',
  ' ',
  'with space ',
  '%s%n',
  '$(touch touched)',
  '*',
  'CON',
  'a'.repeat(255),
  'é'.repeat(127),
  'constructor',
  '__proto__',
  'toString',
]
/** What steers a terminal, or changes the order of what it shows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
const STEERING = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/
const program = fileURLToPath(new URL('../../dist/src/cli/index.js', import.meta.url))
const root = scratch()
const path = `${root}/db`

beforeAll(async () => {
  const db = await DataBase.open(path, { durability: 'relaxed' })
  await db.set('plain', 'a value')
  await db.close()
  for (const name of NAMES) cpSync(`${path}/plain`, `${path}/${name}`, { recursive: true })
})

describe('names of keys', () => {
  it('are listed, and their values found', async () => {
    const db = await DataBase.open(path, { readonly: true })
    expect(await db.keys()).toEqual([...NAMES, 'plain'].sort())
    for (const name of NAMES) {
      expect(await db.get([name])).toBe('a value')
      expect(await db.has([name])).toBe(true)
      expect((await db.metadata([name])).dumper).toBe('json')
    }
    expect(await db.find({ dumper: 'json' })).toHaveLength(NAMES.length + 1)
    expect((await db.verify()).checked).toBe(NAMES.length + 1)
    await db.close()
  })

  it('are shown without anything that steers a terminal or opens a tag', async () => {
    const db = await DataBase.open(path, { readonly: true })
    const entries = await db.find({ dumper: 'json' })
    const shown = [db.tree(), inspect(db), String(db), ...entries.map(entry => inspect(entry))]
    for (const text of await Promise.all(shown)) expect(text).not.toMatch(STEERING)
    const html = [db, ...entries].map(item => (item as unknown as { _toHtml(): string })._toHtml())
    for (const text of html) {
      expect(text).not.toContain('<img')
      expect(text).not.toMatch(STEERING)
    }
    await db.close()
  })

  it('are named in errors without anything that steers a terminal', async () => {
    const db = await DataBase.open(path)
    for (const name of NAMES) {
      for (const operation of [
        () => db.get([`${name}!`]),
        () => db.set([`${name}!`], 1),
        () => db.get([name, 'x']),
      ]) {
        const error: unknown = await operation().catch(reason => reason)
        expect(isDirdictError(error)).toBe(true)
        expect((error as Error).message).not.toMatch(STEERING)
      }
    }
    await db.close()
  })

  it.each([['keys'], ['tree'], ['doctor'], ['find', '--dumper', 'json']])(
    'are printed harmlessly by %s',
    (command, ...options) => {
      const { stdout, stderr } = spawnSync(process.execPath, [program, command, path, ...options], {
        encoding: 'utf8',
      })
      expect(stdout.length).toBeGreaterThan(100)
      expect(stdout + stderr).not.toMatch(STEERING)
    },
  )

  it('are told whole as JSON', () => {
    const out = execFileSync(process.execPath, [program, 'keys', path, '--json'], { encoding: 'utf8' })
    expect(JSON.parse(out)).toEqual([...NAMES, 'plain'].sort())
    expect(out).not.toMatch(STEERING)
  })

  it('can be renamed and deleted', async () => {
    const db = await DataBase.open(path, { durability: 'relaxed' })
    for (const [index, name] of NAMES.entries()) await db.rename([name], `renamed${index}`)
    for (const index of NAMES.keys()) expect(await db.delete(`renamed${index}`)).toBe(true)
    expect(await db.keys()).toEqual(['plain'])
    await db.close()
  })
})

it.skipIf(process.platform !== 'linux')(
  'a name that is no UTF-8 is listed and taken for no other key (skipped where file names are text)',
  async () => {
    const bytes = Buffer.concat([Buffer.from(`${root}/bytes/bad`), Buffer.from([0xff, 0xfe])])
    const db = await DataBase.open(`${root}/bytes`, { durability: 'relaxed' })
    await db.set('plain', 'a value')
    mkdirSync(bytes)
    const [bad = ''] = (await db.keys()).filter(name => name !== 'plain')
    expect(bad).toBe('bad\ufffd\ufffd')
    await expect(db.get([bad])).rejects.toSatisfy(error => isDirdictError(error, 'KEY_NOT_FOUND'))
    expect(await db.delete([bad])).toBe(false)
    expect((await db.verify()).checked).toBe(1)
    expect((await doctor(db.directory)).findings).toContainEqual(expect.objectContaining({ key: bad }))
    await db.repair()
    expect(await db.get('plain')).toBe('a value')
    await db.close()
  },
)
