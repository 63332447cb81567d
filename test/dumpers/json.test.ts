/** json: what JSON would change is refused with the place where it stands. */
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { json } from '../../src/index.js'
import { temporaryDatabase } from './temporary.js'

class Cell {
  readonly kind = 'L5tt'
}
const cyclic: { list: unknown[] } = { list: [] }
cyclic.list.push(cyclic)

describe('a value that JSON would change', () => {
  it.each([
    [{ a: [0, 1, 2, Number.NaN] }, '$.a[3] is NaN'],
    [[Number.NEGATIVE_INFINITY], '$[0] is -Infinity'],
    [{ zero: -0 }, '$.zero is -0'],
    [undefined, '$ is undefined'],
    [{ a: { b: undefined } }, '$.a.b is undefined'],
    [[1n], '$[0] is a bigint'],
    [{ f() {} }, '$.f is a function'],
    [Symbol('s'), '$ is a symbol'],
    [{ when: new Date(0) }, '$.when is a Date'],
    [{ cell: new Cell() }, '$.cell is a Cell'],
    [[new Map()], '$[0] is a Map'],
    [{ trace: new Float64Array(2) }, '$.trace is a Float64Array'],
    [{ a: { toJSON: () => 1 } }, '$.a is a Object'],
    [{ a: Array(2) }, '$.a is an array with holes or named members'],
    [Object.assign([1], { unit: 'mV' }), '$ is an array with holes or named members'],
    [new (class Rows extends Array<unknown> {})(), '$ is a Rows'],
    [{ [Symbol('s')]: 1 }, '$ has members named by symbols'],
    [cyclic, '$.list[0] is part of itself'],
  ])('%o is refused with its place', async (value, obstacle) => {
    const db = await temporaryDatabase()
    await expect(db.set('a', value, json)).rejects.toMatchObject({
      code: 'VALUE_REJECTED',
      details: { dumper: 'json' },
      message: `JSON cannot hold this value exactly: ${obstacle}. clone stores it.`,
    })
    expect(json.check(value)).toBe(false)
  })

  it('is not what JSON.stringify itself takes: 1,001 levels are refused, 1,000 are stored', () => {
    let value: unknown = 1
    for (let level = 0; level < 1000; level++) value = [value]
    expect(json.check(value)).toBe(true)
    expect(json.check([value])).toBe(false)
  })
})

describe('a value that JSON holds', () => {
  it('lies in value.json as any tool writes it', async () => {
    const db = await temporaryDatabase()
    await db.set('a', { b: [1, 'é'] }, json)
    expect(readFileSync(`${db.path('a')}/value.json`, 'utf8')).toBe('{"b":[1,"é"]}')
  })

  it('is what a plain value becomes when no dumper is named', async () => {
    const db = await temporaryDatabase()
    await db.set('a', { b: 1 })
    expect((await db.metadata('a')).dumper).toBe('json')
  })

  it('keeps a member __proto__ as a member', async () => {
    const db = await temporaryDatabase()
    await db.set('a', JSON.parse('{"__proto__":{"polluted":true}}'))
    const value = await db.get('a')
    expect(Object.keys(Object(value))).toEqual(['__proto__'])
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })
})

it('a changed byte is CORRUPT_ENTRY, also where the text is still JSON', async () => {
  const db = await temporaryDatabase()
  await db.set('a', [1, 2], json)
  writeFileSync(`${db.path('a')}/value.json`, '[1,3]')
  await expect(db.get('a')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY', details: { file: 'value.json' } })
})
