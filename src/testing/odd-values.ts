/**
 * Values that programs hand over by mistake. `check` has to say no, or yes, to each of them, and never throw.
 */

class Account {
  readonly #secret = 1
  get secret(): number {
    return this.#secret
  }
}

/** Each with the name that a failing test shows. Made anew on each call: a check that changes one spoils only its own. */
export function oddValues(): readonly (readonly [name: string, value: unknown])[] {
  return [
    ['null', null],
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['-0', -0],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a bigint', 10n ** 40n],
    ['a symbol', Symbol('odd')],
    ['a function', () => 1],
    ['a class', Account],
    ['a class instance', new Account()],
    ['an empty string', ''],
    ['half a surrogate pair', '\ud800'],
    ['a promise', Promise.resolve(1)],
    ['a WeakMap', new WeakMap()],
    ['an invalid date', new Date(Number.NaN)],
    ['shared memory', new SharedArrayBuffer(8)],
    ['a DataView', new DataView(new ArrayBuffer(8))],
    ['a typed array of a detached buffer', detached()],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
    [
      'an object whose members are named like those of arrays',
      { data: null, shape: 'x', stride: {}, dtype: 1 },
    ],
    [
      'an object whose members are named like those of tables',
      { schema: { fields: [null] }, batches: [null] },
    ],
    ['an object with a length', { length: 2 ** 53 }],
    ['an object named by symbols', { [Symbol('odd')]: 1 }],
    ['an object whose constructor is null', { constructor: null }],
    ['an object that is part of itself', cyclic()],
    ['an object nested 100,000 levels deep', nested(100_000)],
    ['an array with holes', Array(3)],
    ['an array of null', [null]],
    ['an array of empty arrays', [[], []]],
    ['an array with a member of its own', Object.assign([1], { name: 'odd' })],
    ['an array of a million numbers', Array.from({ length: 1_000_000 }, (_, i) => i)],
  ]
}

/** A value that throws by itself when it is looked at. */
export interface HostileValue {
  readonly name: string
  readonly value: object
  /** Whether an error is the value's own. */
  throws(error: unknown): boolean
}

/** Values that throw when they are looked at: what they throw says more to the user than a refusal would. */
export function hostileValues(): readonly HostileValue[] {
  const own = new Error('thrown by the value')
  const refuse = (): never => {
    throw own
  }
  const revocable = Proxy.revocable({}, {})
  revocable.revoke()
  return [
    {
      name: 'an object whose getter throws',
      value: Object.defineProperty({}, 'odd', { get: refuse, enumerable: true }),
      throws: error => error === own,
    },
    {
      name: 'a proxy whose traps throw',
      value: new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse }),
      throws: error => error === own,
    },
    { name: 'a revoked proxy', value: revocable.proxy, throws: error => error instanceof TypeError },
  ]
}

function detached(): Uint8Array {
  const array = new Uint8Array(8)
  structuredClone(array.buffer, { transfer: [array.buffer] })
  return array
}

function cyclic(): object {
  const value: { self?: object } = {}
  value.self = value
  return value
}

function nested(levels: number): unknown[] {
  let value: unknown[] = []
  for (let level = 1; level < levels; level++) value = [value]
  return value
}
