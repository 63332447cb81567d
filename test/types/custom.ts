// A dumper of one's own, with options, and the errors.
import {
  type AnyDumper,
  DataBase,
  type Dumper,
  type GetOptionsOf,
  type InputOf,
  isDirdictError,
  type NoOptions,
  type OutputOf,
  type SetOptionsOf,
} from 'dirdict'
import { testDumper } from 'dirdict/testing'
import { type Equal, is } from './equal.js'

interface Spikes {
  readonly times: readonly number[]
}

const spikes: Dumper<Spikes, Spikes, { readonly precision?: number }, { readonly until?: number }> = {
  name: 'spikes',
  setOptions: ['precision'],
  getOptions: ['until'],
  check: value => typeof value === 'object' && value !== null && 'times' in value,
  async dump(value, folder, { precision = 3 }) {
    await folder.write(
      'spikes.txt',
      new TextEncoder().encode(value.times.map(t => t.toFixed(precision)).join()),
    )
    return { precision }
  },
  async load(folder, args, { until = Number.POSITIVE_INFINITY }) {
    is<Equal<typeof until, number>>()
    const text = new TextDecoder().decode(await folder.read('spikes.txt'))
    return {
      times: text
        .split(',')
        .map(Number)
        .filter(t => t < until && args.precision !== undefined),
    }
  },
}

is<Equal<InputOf<typeof spikes>, Spikes>>()
is<Equal<OutputOf<typeof spikes>, Spikes>>()
is<Equal<SetOptionsOf<typeof spikes>, { readonly precision?: number }>>()
is<Equal<GetOptionsOf<typeof spikes>, { readonly until?: number }>>()
const table: readonly AnyDumper[] = [spikes]

export async function custom(): Promise<void> {
  const db = await DataBase.open('study', { dumpers: table, schema: { units: spikes } })
  db.registerDumper(spikes)
  await db.set('x', { times: [1] }, spikes, { precision: 1, tags: ['a'] })
  const value = await db.get('x', spikes, { until: 5 })
  is<Equal<typeof value, Spikes>>()
  const typed = await db.get('units')
  is<Equal<typeof typed, Spikes>>()
  // @ts-expect-error `precision` is a number
  await db.set('x', { times: [1] }, spikes, { precision: 'low' })
  // @ts-expect-error `until` is an option of get
  await db.set('x', { times: [1] }, spikes, { until: 5 })
  // @ts-expect-error `precision` is an option of set
  await db.get('x', spikes, { precision: 5 })
  // @ts-expect-error spikes have times
  await db.set('x', { events: [1] }, spikes)
  // @ts-expect-error the schema says spikes
  await db.set('units', [1, 2])
  // @ts-expect-error a dumper has a name, check, dump and load
  db.registerDumper({ name: 'x' })
}

export const wrongResult: Dumper<string, string> = {
  name: 'wrong',
  check: value => typeof value === 'string',
  dump: async () => undefined,
  // @ts-expect-error load gives a number
  load: async () => 7,
}

export const wrongArguments: Dumper<string, string, NoOptions> = {
  name: 'wrong',
  check: value => typeof value === 'string',
  // @ts-expect-error arguments are plain JSON
  dump: async () => ({ when: new Date() }),
  load: async () => '',
}

export function errors(error: unknown): void {
  if (isDirdictError(error, 'KEY_NOT_FOUND')) {
    is<Equal<typeof error.code, 'KEY_NOT_FOUND'>>()
    is<Equal<typeof error.details.near, readonly string[] | undefined>>()
  }
  // @ts-expect-error no such code
  isDirdictError(error, 'KEY_MISSING')
  // @ts-expect-error unknown until it is tested
  error.code
}

export const suite: unknown = testDumper
