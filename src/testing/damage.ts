/**
 * A file that was cut, lengthened or lost is CORRUPT_ENTRY, whole or in parts: never garbage.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DataBase } from '../index.js'
import { assertCode, assertLoaded, KEY, type Suite, store } from './expectations.js'
import { dataFiles, withDatabase } from './raw-disk.js'

interface Damage {
  readonly name: string
  /** What the file holds instead; undefined: it is gone. */
  readonly bytes: Uint8Array | undefined
}

export function testDamage(suite: Suite): void {
  const { it, dumper, samples } = suite
  for (const sample of samples) {
    it(`does not load ${sample.name} from files that were cut, lengthened or lost`, () =>
      withDatabase(dumper, async db => {
        await store(db, KEY, dumper, sample)
        const reads = await readsOf(suite, db)
        const damages = (whole: Uint8Array): readonly Damage[] => [
          ...cuts(whole),
          ...extensions(whole),
          { name: 'is gone', bytes: undefined },
        ]
        await damageEach(db.path(KEY), damages, async what => {
          for (const [name, read] of reads) await assertCode('CORRUPT_ENTRY', `${what}, ${name}`, read)
        })
        await assertLoaded(suite, sample, await db.get(KEY, dumper))
      }))

    if (dumper.loader === undefined) continue
    it(`does not load ${sample.name} from cut files that have no dirdict.json, as Python's have none`, () =>
      withDatabase(dumper, async db => {
        await store(db, KEY, dumper, sample)
        rmSync(join(db.path(KEY), 'dirdict.json'))
        await assertLoaded(suite, sample, await db.get(KEY))
        await damageEach(db.path(KEY), cuts, what => assertCode('CORRUPT_ENTRY', what, () => db.get(KEY)))
      }))
  }
}

/** Every way of reading the entry that succeeds while it is whole. */
async function readsOf(
  { dumper, parts = [] }: Suite,
  db: DataBase,
): Promise<readonly (readonly [name: string, read: () => Promise<unknown>])[]> {
  const whole = await db.get(KEY, dumper)
  const possible = parts.filter(part => part.cut(whole) !== undefined)
  return [
    ['whole', () => db.get(KEY, dumper)],
    ...possible.map(part => [part.name, () => db.get(KEY, dumper, part.options)] as const),
  ]
}

async function damageEach(
  entry: string,
  damages: (whole: Uint8Array) => readonly Damage[],
  check: (what: string) => Promise<void>,
): Promise<void> {
  for (const file of dataFiles(entry)) {
    const path = join(entry, file)
    const whole = readFileSync(path)
    for (const { name, bytes } of damages(whole)) {
      if (bytes === undefined) rmSync(path)
      else writeFileSync(path, bytes)
      await check(`${file} ${name}`)
    }
    writeFileSync(path, whole)
  }
}

/** Shorter ones: empty, within what may be a header, in the middle, by one byte. */
function cuts(whole: Uint8Array): Damage[] {
  const all = whole.length
  const lengths = new Set([0, 1, 8, Math.floor(all / 2), all - 8, all - 1])
  return [...lengths]
    .filter(length => length >= 0 && length < all)
    .map(length => ({ name: `is cut to ${length} of ${all} bytes`, bytes: whole.subarray(0, length) }))
}

function extensions(whole: Uint8Array): Damage[] {
  return [1, 4096].map(more => ({
    name: `is ${more} bytes longer`,
    bytes: Buffer.concat([whole, Buffer.alloc(more)]),
  }))
}
