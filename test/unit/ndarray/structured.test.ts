/** Structured arrays: what fits together. */
import { describe, expect, it } from 'vitest'
import { array, type FieldsInput, structured } from '../../../src/ndarray.js'

const [time, name] = [array([1, 2, 3]), array(['a', 'b', 'c'])]

describe('structured', () => {
  it('keeps the fields, without a copy and in their order', () => {
    const expected = {
      data: [],
      shape: [3],
      stride: [1],
      offset: 0,
      dtype: 'struct',
      fields: new Map<string, unknown>([
        ['time', time],
        ['0', name],
      ]),
    }
    const pairs = [
      ['time', time],
      ['0', name],
    ] as const
    for (const fields of [pairs, new Map<string, typeof time | typeof name>(pairs)]) {
      expect(structured(fields)).toEqual(expected)
      expect([...structured(fields).fields.keys()]).toEqual(['time', '0'])
      expect(structured(fields).fields.get('time')).toBe(time)
    }
    expect([...structured({ name, time }).fields.keys()]).toEqual(['name', 'time'])
    expect(structured({ n: new Int8Array(2) }).fields.get('n')).toEqual(array(new Int8Array(2)))
  })

  it('has the leading axes that all fields share, or the shape that is asked for', () => {
    const position = array(new Float32Array(6), [3, 2])
    expect(structured({ time, position }).shape).toEqual([3])
    expect(structured({ position, speed: position }).shape).toEqual([3, 2])
    expect(structured({ position, speed: position }, [3]).shape).toEqual([3])
    expect(structured({ position }, []).shape).toEqual([])
    expect(structured({ one: array([1], []), position }).shape).toEqual([])
  })

  it.each<[string, FieldsInput, (readonly number[])?]>([
    ['no fields', {}],
    ['no pairs', []],
    ['a name that is empty', { '': time }],
    [
      'a name twice',
      [
        ['a', time],
        ['a', time],
      ],
    ],
    ['names that an object does not keep in order', { time, '0': name }],
    ['fields that share no axis', { time, other: array([1, 2]) }],
    ['a field that does not begin with the shape', { time, name }, [2]],
    ['a field with fewer axes than the shape', { time }, [3, 1]],
    ['a shape that is none', { time }, [-3]],
    ['what are no fields', null as never],
    ['a text', 'ab' as never],
    ['numbers', Float64Array.of(1, 2) as never],
    ['a field that is no array', { time: [1, 2, 3] as never }],
  ])('refuses %s', (_, fields, shape) => {
    expect(() => structured(fields, shape)).toThrow(expect.objectContaining({ code: 'VALUE_REJECTED' }))
  })
})
