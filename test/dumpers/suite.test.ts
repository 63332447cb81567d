/** testDumper finds what is wrong with a dumper: each faulty one here fails the tests that are meant for it. */
import { describe, expect, it } from 'vitest'
import { type AnyDumper, DirdictError, type Dumper, type WriteFolder } from '../../src/index.js'
import { type DumperTests, testDumper } from '../../src/testing/index.js'

const FILE = 'value.txt'

/** Stores small whole numbers as text; `limit` is read as a part. */
const sound: Dumper<number, number, { readonly padded?: boolean }, { readonly limit?: number }> = {
  name: 'whole',
  setOptions: ['padded'],
  getOptions: ['limit'],
  check: value => Number.isSafeInteger(value) && !Object.is(value, -0),
  async dump(value, folder, { padded }) {
    if (!sound.check(value)) throw new DirdictError('VALUE_REJECTED', 'whole numbers only')
    await folder.write(FILE, Buffer.from(padded ? ` ${value}` : String(value)))
    return undefined
  },
  async load(folder, _args, { limit = Number.POSITIVE_INFINITY }) {
    return Math.min(Number(Buffer.from(await folder.read(FILE)).toString()), limit)
  },
}

const tests = {
  samples: [
    { name: 'one', value: 1 },
    { name: 'many', value: 123_456_789_012 },
  ],
  foreign: ['1', 0.5, null],
  rejected: ['1', 0.5, -0],
  setVariants: [{ padded: true }],
  parts: [{ name: 'at most 10', options: { limit: 10 }, cut: (whole: number) => Math.min(whole, 10) }],
}

/** The names of the tests that a dumper fails. */
async function failures(
  dumper: typeof sound,
  changes: Partial<DumperTests<typeof sound>> = {},
): Promise<string[]> {
  const found: [string, () => Promise<void>][] = []
  testDumper({
    describe: (_name, define) => define(),
    it: (name, run) => found.push([name, run]),
    dumper,
    ...tests,
    ...changes,
  })
  expect(new Set(found.map(([name]) => name)).size).toBe(found.length)
  const failed: string[] = []
  for (const [name, run] of found) await run().catch(() => failed.push(name))
  return failed
}

async function writeNumber(folder: WriteFolder, text: string): Promise<undefined> {
  await folder.write(FILE, Buffer.from(text))
  return undefined
}

it('a sound dumper passes', async () => {
  expect(await failures(sound)).toEqual([])
})

describe('testDumper finds a dumper that', () => {
  const reading = (load: (text: string) => number): typeof sound => ({
    ...sound,
    load: async (folder, _args, { limit = Number.POSITIVE_INFINITY }) =>
      Math.min(load(Buffer.from(await folder.read(FILE)).toString()), limit),
  })

  it.each<[string, typeof sound, string]>([
    [
      'changes values',
      { ...sound, dump: (_value, folder) => writeNumber(folder, '7') },
      'stores one and loads it',
    ],
    ['changes large values only', reading(text => Number(text) % 1000), 'stores many and loads it'],
    [
      'breaks one of its options',
      { ...sound, dump: (value, folder, { padded }) => writeNumber(folder, padded ? '0' : String(value)) },
      'stores one with {"padded":true}',
    ],
    [
      'does not know an option that it says it has',
      { ...sound, setOptions: [] },
      'stores one with {"padded":true}',
    ],
    [
      'ignores its part',
      { ...sound, load: folder => sound.load(folder, {}, {}) },
      'reads at most 10 of many',
    ],
    [
      'writes other bytes each time',
      {
        ...sound,
        dump: (value, folder) => writeNumber(folder, `${value}${' '.repeat(1 + Math.random() * 1000)}`),
      },
      'writes the same bytes each time',
    ],
    [
      'remembers where it wrote',
      {
        ...sound,
        async dump(value, folder) {
          written.set(String(value), value)
          return writeNumber(folder, String(value))
        },
        load: async folder => written.get(String((await folder.names())[0])) ?? 0,
      },
      'stores one and loads it',
    ],
    [
      'takes damage for a value',
      { ...sound, load: async folder => ignoringDamage(folder) },
      'does not load many',
    ],
    ['takes everything for its own', { ...sound, check: () => true }, 'does not take 0.5'],
    ['does not know its own', { ...sound, check: () => false }, 'recognises one'],
    [
      'throws in check',
      {
        ...sound,
        check: value => Number.isSafeInteger(value) && String(value).length > 0 && Object(value) === null,
      },
      'recognises one',
    ],
    [
      'looks into null',
      {
        ...sound,
        check: value => typeof (value as { length: unknown }).length !== 'string' && sound.check(value),
      },
      'says yes or no to null',
    ],
    [
      'stores what it cannot hold',
      { ...sound, dump: (value, folder) => writeNumber(folder, String(value)) },
      "refuses '1'",
    ],
    [
      'refuses with an error of its own',
      {
        ...sound,
        async dump(value, folder) {
          if (!sound.check(value)) throw new TypeError('no')
          return writeNumber(folder, String(value))
        },
      },
      "refuses '1'",
    ],
    [
      'requires a package that it never imports',
      { ...sound, requires: { fflate: '^1' } },
      'the package fflate',
    ],
  ])('%s', async (_name, dumper, expected) => {
    expect(await failures(dumper)).toEqual(expect.arrayContaining([expect.stringContaining(expected)]))
  })
})

const written = new Map<string, number>()

async function ignoringDamage(folder: Parameters<typeof sound.load>[0]): Promise<number> {
  const text = await folder.read(FILE).catch(() => Buffer.from('0'))
  return Number(Buffer.from(text).toString())
}

it('a live dumper whose handle never gets stale is found', async () => {
  const found: [string, () => Promise<void>][] = []
  const live: AnyDumper = {
    name: 'forgetful',
    live: true,
    check: value => value === 'a',
    dump: (_value, folder) => writeNumber(folder, 'a'),
    load: async () => 'a',
  }
  testDumper({
    describe: (_name, define) => define(),
    it: (name, run) => found.push([name, run]),
    dumper: live,
    samples: [{ name: 'a', value: 'a' }],
  })
  const failed: string[] = []
  for (const [name, run] of found) await run().catch(() => failed.push(name))
  expect(failed).toEqual([
    'says that a handle of a is stale once the key was deleted',
    'says that a handle of a is stale once the key was made anew',
    'says that a handle of a is stale once the key was set again',
  ])
})
