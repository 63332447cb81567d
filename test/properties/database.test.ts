/**
 * The whole database as a state machine against a Map: whatever is done to both, they say the same.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DataBase, isDirdictError } from '../../src/index.js'
import { scratch } from '../unit/scratch.js'

const folder = scratch()
let count = 0

/** What the database should hold: a value, or a nested Map for a nested database. */
type Model = Map<string, unknown>

const keys = fc.constantFrom('a', 'b', 'a-1', 'n/a', 'n/b', 'n/m/a', 'b/c', 'm')
const values = fc.oneof(
  fc.integer(),
  fc.string(),
  fc.double(),
  fc.array(fc.integer(), { maxLength: 3 }),
  fc.float64Array({ maxLength: 4 }),
)
const commands = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('set' as const), key: keys, value: values }),
    fc.record({ do: fc.constant('add' as const), key: keys, value: values }),
    fc.record({ do: fc.constant('delete' as const), key: keys }),
    fc.record({ do: fc.constant('rename' as const), key: keys, to: keys }),
    fc.record({ do: fc.constant('update' as const), key: keys, value: values }),
    fc.record({ do: fc.constant('reopen' as const) }),
    fc.record({ do: fc.constant('repair' as const) }),
  ),
  { maxLength: 25 },
)
type Command = (typeof commands extends fc.Arbitrary<infer C> ? C : never)[number]

test('any sequence of operations leaves what a Map of Maps would hold', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async sequence => {
      let db = await DataBase.open(`${folder}/${count++}`, { durability: 'relaxed' })
      const model: Model = new Map()
      for (const command of sequence) {
        if (command.do === 'reopen') {
          await db.close()
          db = await DataBase.open(db.directory, { durability: 'relaxed' })
        } else if (command.do === 'repair') expect(await db.repair()).toEqual([])
        else
          expect(await attempt(() => onDatabase(db, command))).toEqual(
            await attempt(() => onModel(model, command)),
          )
        expect(await db.keys({ recurse: true })).toEqual(listed(model))
      }
      for (const key of listed(model)) {
        const wanted = find(model, key)
        if (wanted instanceof Map) continue
        expect(comparable(await db.get(key))).toEqual(comparable(wanted))
      }
      expect((await db.verify()).problems).toEqual([])
      await db.remove()
    }),
    { numRuns: Number(process.env.DIRDICT_RUNS ?? 60) },
  )
})

async function attempt(action: () => unknown): Promise<unknown> {
  try {
    return await action()
  } catch (error) {
    if (isDirdictError(error)) return error.code
    throw error
  }
}

type KeyCommand = Exclude<Command, { do: 'reopen' } | { do: 'repair' }>

async function onDatabase(db: DataBase, command: KeyCommand): Promise<unknown> {
  switch (command.do) {
    case 'set':
      return db.set(command.key, command.value)
    case 'add':
      return db.set(command.key, command.value, { overwrite: false })
    case 'delete':
      return db.delete(command.key)
    case 'rename':
      return db.rename(command.key, command.to)
    case 'update': {
      let before: unknown
      await db.update(command.key, value => {
        before = value
        return command.value
      })
      return comparable(before)
    }
  }
}

class Refusal extends Error {
  readonly refusal: string

  constructor(code: string) {
    super(code)
    this.refusal = code
  }
}

async function onModel(model: Model, command: KeyCommand): Promise<unknown> {
  try {
    return change(model, command)
  } catch (error) {
    if (error instanceof Refusal) return error.refusal
    throw error
  }
}

function change(model: Model, command: KeyCommand): unknown {
  const { key } = command
  if (command.do === 'delete') {
    const { map, name } = parent(model, key)
    return map?.delete(name) ?? false
  }
  if (command.do === 'rename') {
    if (command.to === key || command.to.startsWith(`${key}/`)) throw new Refusal('KEY_INVALID')
    const from = parent(model, key)
    if (from.map === undefined || !from.map.has(from.name)) throw new Refusal('KEY_NOT_FOUND')
    const to = makeParent(model, command.to)
    if (to.map.has(to.name)) throw new Refusal('KEY_EXISTS')
    to.map.set(to.name, from.map.get(from.name))
    from.map.delete(from.name)
    return undefined
  }
  const { map, name } = makeParent(model, key)
  const before = map.get(name)
  if (command.do === 'update' && before instanceof Map) throw new Refusal('DUMPER_MISMATCH')
  if (command.do === 'add' && map.has(name)) throw new Refusal('KEY_EXISTS')
  if (before instanceof Map) throw new Refusal('KEY_EXISTS')
  map.set(name, command.value)
  return command.do === 'update' ? comparable(before) : undefined
}

function parent(model: Model, key: string): { map: Model | undefined; name: string } {
  const parts = key.split('/')
  const name = parts.pop() ?? ''
  let map: Model | undefined = model
  for (const part of parts) {
    const below: unknown = map?.get(part)
    map = below instanceof Map ? below : undefined
  }
  return { map, name }
}

function makeParent(model: Model, key: string): { map: Model; name: string } {
  const parts = key.split('/')
  const name = parts.pop() ?? ''
  let map = model
  for (const part of parts) {
    if (!map.has(part)) map.set(part, new Map())
    const below = map.get(part)
    if (!(below instanceof Map)) throw new Refusal('KEY_EXISTS')
    map = below
  }
  return { map, name }
}

function find(model: Model, key: string): unknown {
  const { map, name } = parent(model, key)
  return map?.get(name)
}

function listed(model: Model, prefix = ''): string[] {
  return [...model.keys()].sort().flatMap(name => {
    const below = model.get(name)
    return below instanceof Map ? [prefix + name, ...listed(below, `${prefix}${name}/`)] : [prefix + name]
  })
}

/** Arrays come back as NDArrays; only their elements are compared here. */
function comparable(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'data' in value) return value.data
  return value
}
