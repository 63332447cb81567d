/** clone: what the structured clone algorithm would refuse or change is refused with a hint. */
import { createContext, runInContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { clone } from '../../src/index.js'
import { temporaryDatabase } from './temporary.js'

class Cell {
  readonly kind = 'L5tt'
}

describe('a value that a clone would change', () => {
  it.each([
    [() => 1, '$ is a function'],
    [{ a: [Symbol('s')] }, '$.a[0] is a symbol'],
    [{ later: Promise.resolve(1) }, '$.later is a promise: an await is missing'],
    [new Cell(), '$ is a Cell, which would come back as a plain object'],
    [[new WeakMap()], '$[0] is a WeakMap, which would come back as a plain object'],
    [new Proxy({}, {}), '$ is a proxy'],
    [{ memory: new SharedArrayBuffer(8) }, '$.memory is shared memory'],
    [{ [Symbol('s')]: 1 }, '$ has members named by symbols'],
    [new Map([['a', new Set([() => 1])]]), '$[1][0] is a function'],
    [new Error('outer', { cause: new Cell() }), '$[0] is a Cell, which would come back as a plain object'],
  ])('%o is refused with its place', async (value, obstacle) => {
    const db = await temporaryDatabase()
    await expect(db.set('a', value, clone)).rejects.toMatchObject({
      code: 'VALUE_REJECTED',
      details: { dumper: 'clone' },
      message: `clone cannot hold this value: ${obstacle}.`,
    })
    expect(clone.check(value)).toBe(false)
  })

  it.each([
    ['a Map with members of its own', Object.assign(new Map(), { unit: 'mV' })],
    ['a Date with members of its own', Object.assign(new Date(0), { unit: 'mV' })],
    ['a typed array with members of its own', Object.assign(new Float64Array(1), { unit: 'mV' })],
    ['a subclass of Map', new (class Table extends Map<unknown, unknown> {})()],
    ['a subclass of Array', new (class Rows extends Array<unknown> {})()],
    ['a subclass of Error', new (class Failure extends Error {})('why')],
  ])('%s is refused, or comes back the same', async (_name, value) => {
    const db = await temporaryDatabase()
    if (!clone.check(value)) return
    await db.set('a', value, clone)
    const back = await db.get('a', clone)
    expect(Object.getPrototypeOf(back) === Object.getPrototypeOf(value)).toBe(true)
    expect(Object.keys(Object(back))).toEqual(Object.keys(value))
  })
})

describe('a value that a clone holds', () => {
  it('is what a Map becomes when no dumper is named', async () => {
    const db = await temporaryDatabase()
    await db.set('a', new Map([[{ a: 1 }, new Date(0)]]))
    expect((await db.metadata('a')).dumper).toBe('clone')
    expect(await db.get('a')).toEqual(new Map([[{ a: 1 }, new Date(0)]]))
  })

  it('may come from another realm, as in a notebook', async () => {
    const db = await temporaryDatabase()
    const value: unknown = runInContext('new Map([["a", { when: new Date(0) }]])', createContext({}))
    await db.set('a', value, clone)
    expect(await db.get('a', clone)).toEqual(new Map([['a', { when: new Date(0) }]]))
  })

  it('shares no memory with what was stored', async () => {
    const db = await temporaryDatabase()
    const trace = new Float64Array([1, 2])
    await db.set('a', { trace }, clone)
    trace[0] = 9
    expect(await db.get('a', clone)).toEqual({ trace: new Float64Array([1, 2]) })
  })
})

it('undefined needs clone by name: without a dumper it is refused', async () => {
  const db = await temporaryDatabase()
  await expect(db.set('a', undefined)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
  await db.set('a', undefined, clone)
  expect(await db.getOr('a', 'fallback', clone)).toBe(undefined)
})
