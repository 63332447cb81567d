/** The index of a search: it answers alone where nothing has changed, and is never believed where something has. */
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { beforeEach, describe, expect, test } from 'vitest'
import { DataBase } from '../../../src/index.js'
import { scratch } from '../scratch.js'
import { backdate, dropIndex, factsFound, factsScanned, indexFile, manyKeys } from './many-keys.js'

const KEYS = 1_101
const root = scratch()
let made = 0
let path: string
let db: DataBase
beforeEach(async () => {
  path = join(root, `db${made++}`)
  db = await manyKeys(path, KEYS)
})

const keysWith = async (attributes: object): Promise<string[]> =>
  (await db.find({ attributes: { ...attributes } })).map(entry => entry.key)

/** Leaves an index that answers alone. */
async function settle(): Promise<void> {
  backdate(path)
  dropIndex(path)
  await db.find()
  expect(JSON.parse(readFileSync(indexFile(path), 'utf8').split('\n')[0]!)).toMatchObject({ settled: true })
}

/** Changes a record behind everybody's back, so that one sees whether it was read. */
function forge(key: string, n: number): void {
  const file = join(path, key, 'dirdict.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"n":\d+/, `"n":${n}`))
}

/** The rows of the index are gone from the files' point of view: whoever has them read it. */
async function answersAlone(): Promise<boolean> {
  const before = readFileSync(join(path, 'k0007', 'dirdict.json'))
  forge('k0007', 77_777)
  const seen = await keysWith({ n: 77_777 })
  writeFileSync(join(path, 'k0007', 'dirdict.json'), before)
  // A search that read the forged record may have left it in an index.
  if (seen.length > 0) backdate(path)
  return seen.length === 0
}

describe('the index', () => {
  test('is written by a long search, and answers the next one alone', async () => {
    expect(existsSync(indexFile(path))).toBe(false)
    await settle()
    expect(statSync(indexFile(path)).mode & 0o777).toBe(0o600)
    expect(await answersAlone()).toBe(true)
    expect(await keysWith({ n: { gte: 3, lt: 5 } })).toEqual(['k0003', 'k0004'])
    expect(await factsFound(path)).toEqual(await factsScanned(path))
  })

  test('is not written for few keys, nor by a search that was broken off', async () => {
    const few = await manyKeys(join(root, `few${made}`), 10)
    await few.find()
    expect(existsSync(indexFile(join(root, `few${made}`)))).toBe(false)
    for await (const _entry of db.find()) break
    await db.find({ limit: 5 })
    expect(existsSync(indexFile(path))).toBe(false)
  })

  test('is read by readonly handles, and never written', async () => {
    const reader = await DataBase.open(path, { readonly: true })
    const seen = (): readonly string[] => readdirSync(join(path, '.deleting.dirdict')).sort()
    const before = seen()
    expect((await reader.find()).length).toBe(KEYS)
    expect(seen()).toEqual(before)
    await settle()
    db = reader
    expect(await answersAlone()).toBe(true)
  })

  test('does not answer alone where the directory is too young to be told from a later state', async () => {
    await db.find()
    expect(JSON.parse(readFileSync(indexFile(path), 'utf8').split('\n')[0]!)).toMatchObject({
      settled: false,
    })
    expect(await answersAlone()).toBe(false)
    // The next long search after a while makes it answer.
    backdate(path)
    await db.find()
    expect(await answersAlone()).toBe(true)
  })

  test('of another machine, or of this one before it was started anew, does not answer alone', async () => {
    await settle()
    const [head, ...rest] = readFileSync(indexFile(path), 'utf8').split('\n')
    writeFileSync(
      indexFile(path),
      [head!.replace(/"token":"[0-9a-f]+/, '"token":"00000000'), ...rest].join('\n'),
    )
    expect(await answersAlone()).toBe(false)
  })

  test.each<[string, () => Promise<unknown>]>([
    ['a set', () => db.set('k0003', 2, { attributes: { n: -1 } })],
    ['a new key', () => db.set('new', 2, { attributes: { n: -1 } })],
    ['a delete', () => db.delete('k0003')],
    ['a rename', () => db.rename('k0003', 'k0003b')],
    ['an annotation', () => db.annotate('k0003', { attributes: { n: -1 } })],
    ['an update', () => db.update('k0003', () => 5)],
    ['a batch', () => db.batch(batch => batch.set('k0004', 1))],
    ['a copy', () => db.copy('k0003', db, 'copied')],
    ['a nested database', () => db.set('nested/key', 1, { attributes: { n: -1 } })],
    ['a folder', () => db.createFolder('folder')],
    [
      'a new entry of Python, which replaces a directory',
      async () => {
        rmSync(join(path, 'k0003'), { recursive: true })
        mkdirSync(join(path, 'k0003'))
      },
    ],
    [
      'two entries that change places',
      async () => {
        renameSync(join(path, 'k0003'), join(path, 'k0003b'))
        renameSync(join(path, 'k0004'), join(path, 'k0003'))
        renameSync(join(path, 'k0003b'), join(path, 'k0004'))
      },
    ],
  ])('sees %s', async (_what, change) => {
    await settle()
    await change()
    expect(await factsFound(path)).toEqual(await factsScanned(path))
    // Also where the search before this one has written an index anew.
    await settle()
    expect(await factsFound(path)).toEqual(await factsScanned(path))
  })

  test('sees many sets within one tick of the clock', async () => {
    for (let i = 0; i < 60; i++) {
      await db.set(`k${String(i % 7).padStart(4, '0')}`, i, { attributes: { n: 10_000 + i } })
      expect(await keysWith({ n: 10_000 + i }), `set ${i}`).toEqual([`k${String(i % 7).padStart(4, '0')}`])
      if (i % 10 === 0) backdate(path)
    }
  })

  test('keeps what nobody changed, and reads again only what is not the same file', async () => {
    // Records are old by the clock of the disk when two seconds have passed there.
    const youngest = statSync(join(path, `k${KEYS - 1}`, 'dirdict.json')).ctimeMs
    await expect.poll(() => clockOf(root) - youngest, { timeout: 20_000 }).toBeGreaterThan(2_100)
    await settle()
    // In place, with the same length: the change time tells.
    forge('k0008', 9)
    await db.set('new', 1)
    expect(await keysWith({ n: 9 })).toEqual(['k0008', 'k0009'])
    // Facts that only the index can know show that the others were not read.
    rewriteIndex(text => text.replace('{"n":1100}', '{"n":5555}'))
    expect(await keysWith({ n: 5555 })).toEqual(['k1100'])
  })

  test('does not keep what Python recorded, which it rewrites in place', async () => {
    mkdirSync(join(path, 'python'))
    writeFileSync(
      join(path, 'python', 'Loader.json'),
      '{"Loader": "data_base.isf_data_base.IO.LoaderDumper.just_create_folder"}',
    )
    const say = (host: string): void =>
      writeFileSync(join(path, 'python', 'metadata.json'), `{"hostname": "${host}"}`)
    say('one')
    await settle()
    expect((await db.find({ host: 'one' })).map(entry => entry.key)).toEqual(['python'])
    say('two')
    expect((await db.find({ host: 'two' })).map(entry => entry.key)).toEqual(['python'])
  })

  test('does not answer for a key at whose lock somebody is, alive or dead', async () => {
    await settle()
    const token = '00000000-1.1.1.1.dead'
    mkdirSync(join(path, '.deleting.dirdict', 'locks', 'k0007', token), { recursive: true })
    forge('k0007', 88_888)
    expect(await keysWith({ n: 88_888 })).toEqual(['k0007'])
  })

  test('of each nested database is its own', async () => {
    await db.set('nested/deep/key', 1, { attributes: { n: -5 } })
    await settle()
    expect((await db.find({ attributes: { n: -5 } })).map(entry => entry.key)).toEqual(['nested/deep/key'])
    await db.set('nested/deep/key', 2, { attributes: { n: -6 } })
    expect(await answersAlone()).toBe(true)
    expect(await keysWith({ n: -6 })).toEqual(['nested/deep/key'])
    expect((await db.find({ recurse: false })).length).toBe(KEYS + 1)
  })
})

describe('an index that is none', () => {
  const damages: [string, () => void][] = [
    ['empty', () => writeFileSync(indexFile(path), '')],
    ['cut off', () => truncateSync(indexFile(path), Math.floor(statSync(indexFile(path)).size / 2))],
    ['longer than it should be', () => appendFileSync(indexFile(path), '\n[]')],
    ['garbage', () => writeFileSync(indexFile(path), Buffer.from([0, 1, 2, 255, 10, 13]))],
    ['changed in one letter', () => rewriteIndex(text => text.replace('"k0003"', '"k0002"'), false)],
    ['of another version', () => rewriteIndex(text => text.replace('"format":1', '"format":2'))],
    ['of names that lead out of it', () => rewriteIndex(text => text.replace('"k0003"', '"../x"'))],
    ['of wrong columns', () => rewriteIndex(text => text.replace('"times":[', '"times":["x",'))],
    ['of too short columns', () => rewriteIndex(text => text.replace(/"times":\[\d+,/, '"times":['))],
    [
      'of origins that there are not',
      () => rewriteIndex(text => text.replace('"origins":[0,0', '"origins":[7,0')),
    ],
    ['of annotations that are none', () => rewriteIndex(text => text.replace('{"n":3}', 'null'))],
    [
      'a link',
      () => {
        renameSync(indexFile(path), `${path}.elsewhere`)
        symlinkSync(`${path}.elsewhere`, indexFile(path))
      },
    ],
    [
      'a directory',
      () => {
        rmSync(indexFile(path))
        mkdirSync(indexFile(path))
      },
    ],
    [
      'a pipe',
      () => {
        rmSync(indexFile(path))
        execFileSync('sh', ['-c', 'mkfifo "$0"', indexFile(path)])
      },
    ],
  ]

  test.each(damages)('is ignored: %s', async (_what, damage) => {
    await settle()
    damage()
    expect(await answersAlone()).toBe(false)
    expect(await factsFound(path)).toEqual(await factsScanned(path))
    if (!lstatSync(indexFile(path)).isDirectory()) expect(lstatSync(indexFile(path)).isFile()).toBe(true)
  })

  test.skipIf(process.getuid?.() !== 0)("is ignored: another user's (needs root to try)", async () => {
    await settle()
    chownSync(indexFile(path), 65534, 65534)
    expect(await answersAlone()).toBe(false)
  })

  test.skipIf(process.getuid?.() !== 0)(
    'and a directory that may not be written do no harm (needs root to try)',
    async () => {
      chmodSync(root, 0o755)
      const program = `import { DataBase } from ${JSON.stringify(new URL('../../../dist/src/index.js', import.meta.url).href)}
      const db = await DataBase.open(${JSON.stringify(path)})
      console.log((await db.find({ attributes: { n: 3 } })).map(entry => entry.key).join())`
      const args = ['--input-type=module', '-e', program]
      const said = execFileSync(process.execPath, args, {
        uid: 65534,
        gid: 65534,
        cwd: '/',
        encoding: 'utf8',
      })
      expect(said.trim()).toBe('k0003')
      expect(existsSync(join(path, '.deleting.dirdict', 'index-65534.json'))).toBe(false)
    },
  )
})

/** Changes the text of the index, and its sum with it. */
function rewriteIndex(change: (text: string) => string, withSum = true): void {
  const text = change(readFileSync(indexFile(path), 'utf8'))
  const [first = '', ...lines] = text.split('\n')
  const body = Buffer.from(lines.join('\n'))
  const head = JSON.parse(first)
  const [facts, said, stamps] = head.bytes as [number, number, number]
  const grown = body.byteLength - facts - said - stamps
  // The places of the changes are known: columns come first, annotations after them.
  const inFacts = !/null|5555/.test(text.slice(first.length + 1 + facts - 1, first.length + 1 + facts + said))
  if (withSum) {
    head.crc32 = crc32(body)
    head.bytes = inFacts ? [facts + grown, said, stamps] : [facts, said + grown, stamps]
  }
  writeFileSync(indexFile(path), [JSON.stringify(head), ...lines].join('\n'))
}

/** The time by the clock of the disk. */
function clockOf(folder: string): number {
  writeFileSync(join(folder, 'clock'), '')
  return statSync(join(folder, 'clock')).mtimeMs
}
