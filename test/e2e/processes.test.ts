/**
 * Many processes, one database: updates are not lost, keys do not wait for each other, locks name their owner and
 * die with it, and the directory never shows anything but keys.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DataBase } from '../../src/index.js'
import { pieces } from '../faults/children/pieces.mjs'
import { Client } from '../faults/client.js'
import { leftovers } from '../faults/scene.js'

let directory: string
let db: DataBase
let clients: Client[]

beforeEach(async () => {
  directory = `${mkdtempSync(`${tmpdir()}/dirdict-processes-`)}/db`
  db = await DataBase.open(directory, { durability: 'relaxed', dumpers: [pieces] })
  clients = []
})

afterEach(async () => {
  await Promise.all(clients.map(client => client.kill()))
  await db.close()
  rmSync(directory.slice(0, -3), { recursive: true, force: true })
})

describe('writing one key', () => {
  it('8 processes update a counter 200 times each and none is lost', async () => {
    await start(8)
    await Promise.all(clients.map(client => client.call('add', 'counter', 200)))
    expect(await db.get('counter')).toBe(1600)
    await Promise.all(clients.map(client => client.call('close')))
    expect(leftovers(directory)).toEqual([])
  }, 300_000)

  it('a timeout gives LOCKED, which names the process that holds the lock', async () => {
    const [holder] = await start(1)
    const held = holder!.call('hold', 'key', 1)
    await holder!.event('holding')
    await expect(db.set('key', 2, { timeout: 20 })).rejects.toMatchObject({
      code: 'LOCKED',
      message: expect.stringContaining(`process ${holder!.pid} `),
    })
    holder!.say('go on')
    await held
    expect(await db.get('key')).toBe(1)
  })

  it('an aborted wait rejects with the reason of its signal and leaves nothing', async () => {
    const [holder] = await start(1)
    const held = holder!.call('hold', 'key', 1)
    await holder!.event('holding')
    const controller = new AbortController()
    const waits = db.set('key', 2, { signal: controller.signal })
    waits.catch(() => {})
    await untilWaiting(process.pid)
    const reason = new Error('changed my mind')
    controller.abort(reason)
    await expect(waits).rejects.toBe(reason)
    await db.close()
    expect(leftovers(directory).filter(name => name.includes(`.${process.pid}.`))).toEqual([])
    holder!.say('go on')
    await held
  })

  it('the lock of a killed process is free at once', async () => {
    const [holder] = await start(1)
    const held = holder!.call('hold', 'key', 1)
    held.catch(() => {})
    await holder!.event('holding')
    await holder!.kill()
    // The silence of a process on another host is judged after a minute; this is one of ours.
    await db.set('key', 2, { timeout: 10_000 })
    expect(await db.get('key')).toBe(2)
  })
})

describe('writing different keys', () => {
  it('8 processes hold 8 keys at the same time', async () => {
    await start(8)
    const held = clients.map((client, i) => client.call('hold', `key${i}`, i))
    await Promise.all(clients.map(client => client.event('holding')))
    for (const client of clients) client.say('go on')
    await Promise.all(held)
    expect(await db.keys()).toHaveLength(8)
  })

  it('sets of other keys end while one key is held', async () => {
    const [holder, ...others] = await start(8)
    const held = holder!.call('hold', 'a', 1)
    await holder!.event('holding')
    await Promise.all(others.map((client, i) => client.call('set', `other${i}`, i)))
    expect(await db.has('a')).toBe(false)
    holder!.say('go on')
    await held
  })
})

describe('maybeCalculate', () => {
  it('one process calculates and the others get its value', async () => {
    await start(8)
    const values = clients.map((client, i) => client.call('calculate', 'sum', i))
    const first = await Promise.race(clients.map(client => client.event('calculating').then(() => client)))
    await Promise.all(clients.map(client => client.call('ping')))
    first.say('go on')
    const index = clients.indexOf(first)
    expect(await Promise.all(values)).toEqual(Array(8).fill(index))
    expect(clients.filter(client => client !== first && client.hasReported('calculating'))).toEqual([])
  })

  it('its error reaches the processes that wait', async () => {
    const [first, ...others] = await start(8)
    const failed = first!.call('calculate', 'sum', 'fail')
    await first!.event('calculating')
    const waits = others.map(client => client.call('calculate', 'sum', 1))
    const outcomes = Promise.allSettled(waits)
    for (const client of others) await untilWaiting(client.pid)
    // Their answer shows that they have looked at who holds the lock.
    await Promise.all(others.map(client => client.call('ping')))
    first!.say('go on')
    await expect(failed).rejects.toMatchObject({ name: 'RangeError', message: 'no such sum' })
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({
        reason: { code: 'CALCULATION_FAILED', message: expect.stringContaining('RangeError: no such sum') },
      })
    }
    // Whoever asks later calculates anew.
    expect(await db.maybeCalculate('sum', () => 5)).toBe(5)
  })
})

describe('the directory', () => {
  it('shows keys, db_state.json and .deleting.dirdict at every moment', async () => {
    const [watcher, ...writers] = await start(4)
    const watched = watcher!.call('watch', directory)
    await Promise.all(writers.map((client, i) => client.call('churn', `key${i}`, 30)))
    watcher!.say('stop')
    const { names, rounds } = (await watched) as { names: string[]; rounds: number }
    expect(rounds).toBeGreaterThan(0)
    const known = /^(key\d|key\d-moved|key\d-nested|shared|db_state\.json|\.deleting\.dirdict)$/
    expect(names.filter(name => !known.test(name))).toEqual([])
    await Promise.all(writers.map(client => client.call('close')))
    expect(leftovers(directory)).toEqual([])
  })

  it('gets one id however many processes make it at the same moment', async () => {
    clients = Array.from({ length: 8 }, () => new Client())
    await Promise.all(clients.map(client => client.call('ping')))
    for (let round = 0; round < 10; round++) {
      const fresh = `${directory}-${round}`
      const ids = await Promise.all(clients.map(client => client.call('open', fresh)))
      expect(new Set(ids).size).toBe(1)
      expect(readdirSync(fresh).sort()).toEqual(['.deleting.dirdict', 'db_state.json'])
      expect(leftovers(fresh)).toEqual([])
      rmSync(fresh, { recursive: true })
    }
  })
})

describe('nested databases', () => {
  it('parents that many processes make at once are made once, and no key is lost', async () => {
    await start(8)
    for (let round = 0; round < 5; round++) {
      await Promise.all(clients.map((client, i) => client.call('setPieces', `p${round}/q/r/key${i}`, i)))
      const below = await db.sub(`p${round}/q/r`)
      expect(await below.keys()).toHaveLength(8)
    }
    expect((await db.verify()).problems).toEqual([])
  })

  it('a write below a database that is renamed came first or fails', async () => {
    await db.sub('nested', { create: true })
    await start(4)
    const written = clients.map((client, i) => client.call('writeBelow', 'nested', `from${i}-`))
    await Promise.all(clients.map(client => client.event('writing')))
    await db.rename('nested', 'moved')
    const outcomes = (await Promise.all(written)) as { acknowledged: string[]; code: string }[]
    const keys = new Set(await (await db.sub('moved')).keys())
    for (const { acknowledged, code } of outcomes) {
      expect(['STALE_HANDLE', 'LOCK_LOST']).toContain(code)
      expect(acknowledged.filter(key => !keys.has(key))).toEqual([])
    }
    expect(await db.keys()).toEqual(['moved'])
    expect((await db.verify()).problems).toEqual([])
  })

  it('a write below a database that is deleted came first or fails', async () => {
    await db.sub('nested', { create: true })
    await start(4)
    const written = clients.map((client, i) => client.call('writeBelow', 'nested', `from${i}-`))
    await Promise.all(clients.map(client => client.event('writing')))
    await db.delete('nested')
    const outcomes = (await Promise.all(written)) as { acknowledged: string[]; code: string }[]
    for (const { code } of outcomes) expect(['STALE_HANDLE', 'LOCK_LOST']).toContain(code)
    expect(await db.keys()).toEqual([])
    await db.close()
    expect(leftovers(directory)).toEqual([])
  })
})

async function start(count: number): Promise<Client[]> {
  clients = await Client.many(count, directory)
  return clients
}

/** Until the process has something in work/: it has begun to contend for the lock. */
async function untilWaiting(pid: number): Promise<void> {
  const work = `${directory}/.deleting.dirdict/work`
  while (!readdirSync(work).some(name => name.includes(`.${pid}.`))) {
    await new Promise(resolve => setImmediate(resolve))
  }
}
