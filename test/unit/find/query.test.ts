/** What find can be asked, and in which order it answers. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { DataBase, type Found, type Query, text } from '../../../src/index.js'
import { scratch } from '../scratch.js'

const path = join(scratch(), 'db')
let db: DataBase
/** Keys in the order in which they were written. */
const WRITTEN = ['b', 'a', 'runs/1/v', 'runs/2/v', 'runs/2/w', 'a-b']

beforeAll(async () => {
  db = await DataBase.open(path, { durability: 'relaxed' })
  await db.set('b', 'xxxxxxxx', text, {
    tags: ['raw', 'x'],
    attributes: { n: 1, animal: { id: 3, sex: 'f' } },
  })
  await db.set('a', 'xx', text, { attributes: { n: 2, name: 'ä', animal: { id: 4, sex: 'm' }, none: null } })
  await db.set('runs/1/v', 'xxxx', text, {
    attributes: { n: '10', list: [1, { a: 1, b: 2 }], range: { lt: 5 } },
  })
  await db.set('runs/2/v', 'xxx', text, {
    tags: ['raw'],
    attributes: { n: 10.5, when: '2024-03-01T00:00:00.000Z' },
  })
  await db.set('runs/2/w', { x: 1 }, { attributes: { on: true, n: -1 } })
  await db.set('a-b', 'x', text)
  for (const [i, key] of WRITTEN.entries()) {
    const file = join(db.path(key), 'dirdict.json')
    const record = JSON.parse(readFileSync(file, 'utf8'))
    record.provenance.time = new Date(Date.UTC(2024, 0, 1 + i)).toISOString()
    record.provenance.modules = { lib: `1.${i + 7}.0`, pre: i === 0 ? '2.0.0-rc.1' : '2.0.0' }
    record.provenance.host = { name: i < 2 ? 'one' : 'two', platform: 'linux', arch: 'x64', user: `user${i}` }
    record.provenance.git = { commit: `${i}`.repeat(40), branch: i < 3 ? 'main' : null, dirty: i % 2 === 0 }
    writeFileSync(file, JSON.stringify(record))
  }
})

const keys = async (query: Query): Promise<string[]> => (await db.find(query)).map(entry => entry.key)
const DATA = ['a', 'a-b', 'b', 'runs/1/v', 'runs/2/v', 'runs/2/w']

describe('find answers', () => {
  test.each<[Query, string[]]>([
    [{ attributes: { n: 1 } }, ['b']],
    [{ attributes: { n: '10' } }, ['runs/1/v']],
    [{ attributes: { n: { gt: 1 } } }, ['a', 'runs/2/v']],
    [{ attributes: { n: { gte: 1, lt: 10.5 } } }, ['a', 'b']],
    [{ attributes: { n: { lte: '2' } } }, ['runs/1/v']],
    [{ attributes: { n: { ne: 1 } } }, ['a', 'runs/1/v', 'runs/2/v', 'runs/2/w']],
    [{ attributes: { n: { in: [1, '10', null] } } }, ['b', 'runs/1/v']],
    [{ attributes: { n: { in: [] } } }, []],
    [{ attributes: { animal: { id: { gt: 3 } } } }, ['a']],
    [{ attributes: { animal: { sex: 'f' } } }, ['b']],
    [{ attributes: { animal: { sex: 'f', id: 4 } } }, []],
    [{ attributes: { animal: { eq: { sex: 'f', id: 3 } } } }, ['b']],
    [{ attributes: { animal: { eq: { sex: 'f' } } } }, []],
    [{ attributes: { animal: {} } }, ['a', 'b']],
    [{ attributes: { none: null } }, ['a']],
    [{ attributes: { none: { ne: null } } }, []],
    [{ attributes: { list: [1, { b: 2, a: 1 }] } }, ['runs/1/v']],
    [{ attributes: { range: { eq: { lt: 5 } } } }, ['runs/1/v']],
    [{ attributes: { on: true } }, ['runs/2/w']],
    [{ attributes: { when: { gte: new Date('2024-02-01') } } }, ['runs/2/v']],
    [{ attributes: { when: new Date('2024-03-01') } }, ['runs/2/v']],
    [{ attributes: { toString: {} } }, []],
    [{ tags: ['raw'] }, ['b', 'runs/2/v']],
    [{ tags: ['raw', 'x'] }, ['b']],
    [{ user: 'user1' }, ['a']],
    [{ host: 'one' }, ['a', 'b']],
    [{ branch: 'main', dirty: true, dumper: 'text' }, ['b', 'runs/1/v']],
    [{ commit: '3333' }, ['runs/2/v']],
    [{ bytes: 8 }, ['b']],
    [{ bytes: { lt: 3 } }, ['a', 'a-b']],
    [{ bytes: { gte: 0 } }, DATA],
    [{ modules: { lib: '1.8.0' } }, ['a']],
    [{ modules: { lib: { gte: '1.9', lt: '1.11.0' } } }, ['runs/1/v', 'runs/2/v']],
    [{ modules: { pre: { lt: '2.0.0' } } }, ['b']],
    [{ modules: { nothing: '1.0.0' } }, []],
    [{ since: '2024-01-05' }, ['a-b', 'runs', 'runs/1', 'runs/2', 'runs/2/w']],
    [{ until: new Date('2024-01-02') }, ['b']],
    [{ dumper: 'json' }, ['runs/2/w']],
    [{ key: 'runs/*/v' }, ['runs/1/v', 'runs/2/v']],
    [{ key: 'runs/**' }, ['runs', 'runs/1', 'runs/1/v', 'runs/2', 'runs/2/v', 'runs/2/w']],
    [{ key: '**/v' }, ['runs/1/v', 'runs/2/v']],
    [{ key: '*' }, ['a', 'a-b', 'b', 'runs']],
    [{ key: 'a*' }, ['a', 'a-b']],
    [{ key: '*-*' }, ['a-b']],
    [{ key: 'runs/2' }, ['runs/2']],
    [{ recurse: false, bytes: { gt: 0 } }, ['a', 'a-b', 'b']],
  ])('%j', async (query, expected) => {
    expect(await keys(query)).toEqual(expected)
  })

  test('in the order of keys, of times or of sizes, and no more than it is asked for', async () => {
    const all = { bytes: { gt: 0 } }
    expect(await keys(all)).toEqual(DATA)
    expect(await keys({ ...all, sort: '-key' })).toEqual([...DATA].reverse())
    expect(await keys({ ...all, sort: 'time' })).toEqual(WRITTEN)
    expect(await keys({ ...all, sort: '-time', limit: 2 })).toEqual(['a-b', 'runs/2/w'])
    expect(await keys({ dumper: 'text', sort: 'bytes' })).toEqual(['a-b', 'a', 'runs/2/v', 'runs/1/v', 'b'])
    expect(await keys({ sort: '-bytes', limit: 1 })).toEqual(['b'])
    expect(await keys({ limit: 3 })).toEqual((await db.keys({ recurse: true })).slice(0, 3))
    expect(await keys({ limit: 0 })).toEqual([])
  })

  test('in time to a pattern that would make a regular expression explode', async () => {
    await db.set('z'.repeat(120), 1)
    expect(await keys({ key: `${'*z'.repeat(40)}*y` })).toEqual([])
    expect((await keys({ key: `${'*z'.repeat(40)}*` })).length).toBe(1)
    await db.delete('z'.repeat(120))
  })
})

describe('what find gives', () => {
  test('reads nothing before it is awaited or iterated', async () => {
    const other = await DataBase.open(join(path, '..', 'other'))
    const found: Found = other.find()
    await other.set('late', 1)
    expect((await found).map(entry => entry.key)).toEqual(['late'])
  })

  test('can be iterated, awaited twice, and broken off', async () => {
    const found = db.find({ key: '**/v' })
    const seen: string[] = []
    for await (const entry of found) seen.push(entry.key)
    expect(seen).toEqual(['runs/1/v', 'runs/2/v'])
    expect(await found).toBe(await found)
    for await (const entry of found) {
      expect(entry.key).toBe('runs/1/v')
      break
    }
    expect(Object.prototype.toString.call(found)).toBe('[object Found]')
    expect(await found.finally(() => seen.push('end')).then(all => all.length)).toBe(2)
    expect(seen.at(-1)).toBe('end')
  })

  test('lets timers run while it searches', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    const until = performance.now() + 100
    while (performance.now() < until) await db.find()
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(2)
  })

  test('leaves damaged records out; verify names them', async () => {
    const file = join(path, 'b', 'dirdict.json')
    const before = readFileSync(file)
    writeFileSync(file, '{"format":1')
    expect(await keys({ recurse: false, bytes: { gt: 0 } })).toEqual(['a', 'a-b'])
    expect((await db.verify()).problems.map(({ key }) => key)).toEqual(['b'])
    writeFileSync(file, before)
  })

  test('is an error where the database is closed', async () => {
    const other = await DataBase.open(join(path, '..', 'other'))
    await other.close()
    await expect(other.find()).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(other.find().catch(error => error.code)).resolves.toBe('CLOSED')
  })
})

describe('find refuses', () => {
  test.each<[string, unknown]>([
    ['tag', { tag: 'x' }],
    ['tags', { tags: 'x' }],
    ['attributes', { attributes: ['x'] }],
    ['attributes.n', { attributes: { n: undefined } }],
    ['attributes.n', { attributes: { n: Number.NaN } }],
    ['attributes.n', { attributes: { n: 1n } }],
    ['attributes.n', { attributes: { n: { gt: 1, other: 2 } } }],
    ['attributes.n.gt', { attributes: { n: { gt: true } } }],
    ['attributes.n.gt', { attributes: { n: { gt: Number.NaN } } }],
    ['attributes.n.in', { attributes: { n: { in: 5 } } }],
    ['attributes.n', { attributes: { n: new Map() } }],
    ['attributes.n', { attributes: { n: new Date(Number.NaN) } }],
    ['commit', { commit: 'xyz' }],
    ['branch', { branch: 1 }],
    ['dirty', { dirty: 'yes' }],
    ['host', { host: {} }],
    ['user', { user: 1 }],
    ['dumper', { dumper: {} }],
    ['since', { since: 'yesterday-ish' }],
    ['until', { until: new Date(Number.NaN) }],
    ['since', { since: null }],
    ['bytes', { bytes: '5' }],
    ['bytes', { bytes: {} }],
    ['bytes.gt', { bytes: { gt: 'x' } }],
    ['bytes.above', { bytes: { above: 5 } }],
    ['modules', { modules: 'lib' }],
    ['modules.lib', { modules: { lib: 'latest' } }],
    ['modules.lib.gte', { modules: { lib: { gte: 5 } } }],
    ['key', { key: '' }],
    ['key', { key: 'a//b' }],
    ['key', { key: '/a' }],
    ['key', { key: 'a**' }],
    ['key', { key: ['a'] }],
    ['recurse', { recurse: 1 }],
    ['sort', { sort: 'size' }],
    ['limit', { limit: -1 }],
    ['limit', { limit: 1.5 }],
  ])('%s: %o', async (option, query) => {
    await expect(db.find(query as Query)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      details: { option },
    })
  })
})

test('a bound may be infinite, and a commit that is no text is refused with a code', async () => {
  expect((await db.find({ bytes: { lte: Number.POSITIVE_INFINITY }, limit: 1 })).length).toBe(1)
  await expect(db.find({ commit: 12345 as never })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
})

test('a record of absurd depth is damaged, and ends no search', async () => {
  const deep = await DataBase.open(join(scratch(), 'deep'))
  await deep.set('good', 1, { attributes: { d: [1] } })
  await deep.set('hostile', 1)
  const file = join(deep.path('hostile'), 'dirdict.json')
  const text = readFileSync(file, 'utf8')
  const nested = '['.repeat(20_000) + ']'.repeat(20_000)
  writeFileSync(file, text.replace('"provenance":{', `"provenance":{"attributes":{"d":${nested}},`))
  expect((await deep.find({ attributes: { d: [1] } })).map(({ key }) => key)).toEqual(['good'])
  await expect(deep.get('hostile')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  await deep.remove()
})
