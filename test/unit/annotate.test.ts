/** annotate: what is said of a stored value changes, its data and everything else in its record do not. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { DataBase, isDirdictError, ndarray } from '../../src/index.js'
import { newToken } from '../../src/locks/token.js'
import { picture, scratch } from './scratch.js'

const root = scratch()
let made = 0
let path: string
let db: DataBase
beforeEach(async () => {
  path = join(root, `db${made++}`)
  db = await DataBase.open(path, { durability: 'relaxed' })
})

const record = (key: string): Record<string, Record<string, unknown>> =>
  JSON.parse(readFileSync(join(path, key, 'dirdict.json'), 'utf8'))

describe('what is said of a value', () => {
  test('is replaced member by member, and what is left out stays', async () => {
    await db.set('a', 1, { attributes: { gamma: 1, old: true }, tags: ['x'], note: 'first' })
    await db.annotate('a', { attributes: { gamma: 2 } })
    expect(await db.metadata('a')).toMatchObject({ attributes: { gamma: 2 }, tags: ['x'], note: 'first' })
    await db.annotate('a', { tags: ['y', 'z'], note: 'second' })
    expect(await db.metadata('a')).toMatchObject({
      attributes: { gamma: 2 },
      tags: ['y', 'z'],
      note: 'second',
    })
    await db.annotate('a', { note: null })
    expect((await db.metadata('a')).note).toBe(null)
    expect(record('a').provenance).not.toHaveProperty('note')
  })

  test('is visible as made later, and nothing else in the record changes', async () => {
    await db.set('a', 1)
    const before = record('a')
    const { annotated: never } = await db.metadata('a')
    expect(never).toBe(null)
    const start = Date.now()
    await db.annotate('a', { tags: ['later'] })
    const { annotated, time } = await db.metadata('a')
    expect(annotated!.getTime()).toBeGreaterThanOrEqual(start)
    expect(time.getTime()).toBeLessThanOrEqual(start)
    const { tags, annotated: when, ...rest } = record('a').provenance!
    expect(rest).toEqual(before.provenance)
    expect({ ...record('a'), provenance: 0 }).toEqual({ ...before, provenance: 0 })
    expect(tags).toEqual(['later'])
    expect(when).toBe(annotated!.toISOString())
  })

  test('members that a later version may have added to the record stay', async () => {
    await db.set('a', 1)
    const later = { ...record('a'), later: { version: 2 } }
    writeFileSync(join(path, 'a', 'dirdict.json'), JSON.stringify(later))
    await db.annotate('a', { note: 'n' })
    expect(record('a').later).toEqual({ version: 2 })
  })

  test('data and other records are the same files as before', async () => {
    await db.set('a', new Float64Array([1, 2, 3]), ndarray)
    const seen = (): object =>
      Object.fromEntries(
        ['np.npy', 'Loader.json', 'metadata.json'].map(name => {
          const { ino, mtimeNs, ctimeNs, size } = statSync(join(path, 'a', name), { bigint: true })
          return [name, { ino, mtimeNs, ctimeNs, size }]
        }),
      )
    const before = seen()
    await db.annotate('a', { attributes: { unit: 'mV' }, note: 'n' })
    expect(seen()).toEqual(before)
    expect((await db.verify()).problems).toEqual([])
    expect(await db.get('a', ndarray)).toMatchObject({ data: new Float64Array([1, 2, 3]) })
  })

  test('attributes come back exactly', async () => {
    const odd = JSON.parse(
      '{"__proto__": {"x": 1}, "\\u2028\\ud83d\\ude00": ["é", null, 1e-300], "": {"": []}}',
    )
    await db.set('a', 1)
    await db.annotate('a', { attributes: odd })
    expect(JSON.stringify((await db.metadata('a')).attributes)).toBe(JSON.stringify(odd))
    await db.annotate('a', { tags: [] })
    expect(JSON.stringify((await db.metadata('a')).attributes)).toBe(JSON.stringify(odd))
  })

  test('a function is given what there is, and its errors come out as they are', async () => {
    await db.set('a', 1, { attributes: { runs: 1 }, tags: ['x'] })
    await db.annotate('a', now => ({ attributes: { ...now.attributes, runs: 2 }, tags: [...now.tags, 'y'] }))
    expect(await db.metadata('a')).toMatchObject({ attributes: { runs: 2 }, tags: ['x', 'y'], note: null })
    const odd = Object.assign(new Error('mine'), { code: 'ENOENT' })
    await expect(
      db.annotate('a', () => {
        throw odd
      }),
    ).rejects.toBe(odd)
    await expect(db.annotate('a', (async () => ({})) as never)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    })
  })

  test('changes made side by side are none of them lost', async () => {
    await db.set('a', 1, { attributes: { count: 0 } })
    const other = await DataBase.open(path, { durability: 'full' })
    const more = (now: { attributes: Readonly<Record<string, unknown>> }): object => ({
      attributes: { count: Number(now.attributes.count) + 1 },
    })
    await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? db : other).annotate('a', more)))
    expect((await db.metadata('a')).attributes).toEqual({ count: 40 })
  })

  test('nothing to change is fine', async () => {
    await db.set('a', 1)
    await db.annotate('a', {})
    expect((await db.metadata('a')).attributes).toEqual({})
  })

  test('folders, nested databases and their keys have annotations too', async () => {
    const folder = await db.createFolder('figures')
    await folder.write('a.txt', 'x')
    await db.set('n/b', 1)
    for (const key of ['figures', 'n', 'n/b']) await db.annotate(key, { tags: ['t'] })
    expect((await db.find({ tags: ['t'] })).map(entry => entry.key)).toEqual(['figures', 'n', 'n/b'])
    expect(await folder.names()).toEqual(['a.txt'])
    expect(await db.get('n/b')).toBe(1)
    expect(readdirSync(path).filter(name => name.startsWith('.deleting.'))).toEqual(['.deleting.dirdict'])
  })

  test('readers beside it see the old record or the new one, whole', async () => {
    await db.set('a', 1, { attributes: { text: 'x'.repeat(20_000), n: 0 } })
    const reader = await DataBase.open(path, { readonly: true })
    let stop = false
    const reading = (async () => {
      let last = 0
      while (!stop) {
        const { n, text } = (await reader.metadata('a')).attributes as { n: number; text: string }
        expect(text.length).toBe(20_000)
        expect(n).toBeGreaterThanOrEqual(last)
        last = n
        await new Promise(resolve => setImmediate(resolve))
      }
      return last
    })()
    for (let n = 1; n <= 100; n++) await db.annotate('a', { attributes: { text: 'y'.repeat(20_000), n } })
    stop = true
    expect(await reading).toBeGreaterThan(0)
  })
})

describe('what Python wrote', () => {
  const isf = (key: string, loader: string, metadata?: object): void => {
    mkdirSync(join(path, key), { recursive: true })
    writeFileSync(
      join(path, key, 'Loader.json'),
      JSON.stringify({ Loader: `data_base.isf_data_base.IO.LoaderDumper.${loader}` }),
    )
    if (metadata) writeFileSync(join(path, key, 'metadata.json'), JSON.stringify(metadata))
  }

  const history = Array.from({ length: 200 }, (_, i) => `print(${i})`).join('\n')

  test('gets a record of what is known of it', async () => {
    isf('a', 'just_create_folder', {
      dumper: 'just_create_folder',
      time: [2024, 3, 1, 12, 30, 15, 4, 61, 0],
      module_versions: { numpy: '1.26.4' },
      history,
      hostname: 'cluster',
      metadata_creation_time: 'together_with_new_key',
      version: 'heads/main',
      'full-revisionid': 'a'.repeat(40),
      dirty: true,
    })
    const before = await db.metadata('a')
    await db.annotate('a', { tags: ['old'], note: 'from 2024' })
    const after = await db.metadata('a')
    const { tags, note, annotated, ...rest } = after
    expect({ tags, note }).toEqual({ tags: ['old'], note: 'from 2024' })
    expect(annotated).toBeInstanceOf(Date)
    const { tags: _tags, note: _note, annotated: _annotated, ...known } = before
    expect(rest).toEqual(known)
    expect(after.history?.cells[0]?.code).toBe(history)
    expect((await db.verify()).unchecked).toEqual(['a'])
  })

  test('is still said to be inferred, and repair leaves it so', async () => {
    isf('a', 'just_create_folder', { metadata_creation_time: 'post_hoc', time: [2024, 3, 1, 12, 30, 15] })
    await db.annotate('a', { tags: ['old'] })
    expect((await db.metadata('a')).inferred).toBe(true)
    const before = readFileSync(join(path, 'a', 'metadata.json'), 'utf8')
    expect(await db.repair()).toEqual([])
    expect(readFileSync(join(path, 'a', 'metadata.json'), 'utf8')).toBe(before)
  })

  test('in a format that nobody reads here is UNKNOWN_DUMPER, and left alone', async () => {
    isf('a', 'reduced_lda_model')
    const before = picture(join(path, 'a'))
    await expect(db.annotate('a', { tags: ['x'] })).rejects.toMatchObject({ code: 'UNKNOWN_DUMPER' })
    expect(picture(join(path, 'a'))).toEqual(before)
  })

  test('as a database in the entry itself is refused: no file of ours may lie in it', async () => {
    isf('a', 'just_create_isf_db')
    writeFileSync(join(path, 'a', 'db_state.json'), readFileSync(join(path, 'db_state.json')))
    const before = picture(join(path, 'a'))
    await expect(db.annotate('a', { tags: ['x'] })).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
    expect(picture(join(path, 'a'))).toEqual(before)
    expect(existsSync(join(path, 'a', 'dirdict.json'))).toBe(false)
  })
})

describe('annotate refuses', () => {
  test.each([
    ['attributes that are no JSON', { attributes: { f: () => 1 } }, 'VALUE_REJECTED'],
    ['attributes that JSON would change', { attributes: { x: Number.NaN } }, 'VALUE_REJECTED'],
    ['an array of attributes', { attributes: [1] }, 'VALUE_REJECTED'],
    ['tags that are no strings', { tags: [1] }, 'OPTION_INVALID'],
    ['one tag that is no array', { tags: 'x' }, 'OPTION_INVALID'],
    ['a note that is no text', { note: 1 }, 'OPTION_INVALID'],
    ['members that there are not', { tag: ['x'] }, 'OPTION_INVALID'],
    ['what is no object', 'note', 'OPTION_INVALID'],
    ['nothing', undefined, 'OPTION_INVALID'],
  ])('%s', async (_what, changes, code) => {
    await db.set('a', 1, { tags: ['x'] })
    const before = picture(join(path, 'a'))
    await expect(db.annotate('a', changes as object)).rejects.toMatchObject({ code })
    await expect(db.annotate('a', (() => changes) as never)).rejects.toMatchObject({ code })
    expect(picture(join(path, 'a'))).toEqual(before)
  })

  test('keys that are not there, and makes none', async () => {
    await expect(db.annotate('nothing', {})).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
    await expect(db.annotate('no/thing', {})).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
    await expect(db.annotate('a//b', {})).rejects.toMatchObject({ code: 'KEY_INVALID' })
    expect(await db.keys()).toEqual([])
  })

  test('handles that may not write', async () => {
    await db.set('a', 1)
    const reader = await DataBase.open(path, { readonly: true })
    await expect(reader.annotate('a', { tags: ['x'] })).rejects.toMatchObject({ code: 'READ_ONLY' })
    await db.close()
    await expect(db.annotate('a', {})).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('to wait longer than it may for another writer', async () => {
    await db.set('a', 1)
    let end = (): void => {}
    let started = (): void => {}
    const inside = new Promise<void>(resolve => {
      started = resolve
    })
    const update = db.update('a', async () => {
      started()
      await new Promise<void>(resolve => {
        end = resolve
      })
      return 2
    })
    await inside
    await expect(db.annotate('a', { tags: ['x'] }, { timeout: 20 })).rejects.toMatchObject({ code: 'LOCKED' })
    end()
    await update
    await db.annotate('a', { tags: ['x'] }, { timeout: 5_000 })
    expect(await db.metadata('a')).toMatchObject({ tags: ['x'] })
  })

  test('to annotate a key from within the function that changes it', async () => {
    await db.set('a', 1)
    const attempt = db.update('a', async () => {
      await db.annotate('a', { tags: ['x'] })
      return 2
    })
    await expect(attempt).rejects.toMatchObject({ code: 'LOCKED' })
  })

  test.skipIf(process.getuid?.() !== 0)(
    "another user's entry that may not be written (needs root to try)",
    async () => {
      await db.set('a', 1)
      chmodSync(root, 0o755)
      const before = picture(join(path, 'a'))
      const program = `import { DataBase } from ${JSON.stringify(new URL('../../dist/src/index.js', import.meta.url).href)}
      const db = await DataBase.open(${JSON.stringify(path)})
      console.log(await db.annotate('a', { tags: ['x'] }).then(() => 'done', error => error.code))`
      const args = ['--input-type=module', '-e', program]
      const said = execFileSync(process.execPath, args, {
        uid: 65534,
        gid: 65534,
        cwd: '/',
        encoding: 'utf8',
      })
      expect(said.trim()).toBe('NOT_PERMITTED')
      expect(picture(join(path, 'a'))).toEqual(before)
    },
  )
})

test('the data of an entry that was replaced do not get what was said of the old one', async () => {
  await db.set('a', 'old', { tags: ['old'] })
  const before = join(root, `before${made}`)
  cpSync(join(path, 'a'), before, { recursive: true })
  const attempt = db.annotate('a', now => {
    // As Python does, which takes no locks.
    rmSync(join(path, 'a'), { recursive: true })
    cpSync(before, join(path, 'a'), { recursive: true })
    return { tags: [...now.tags, 'late'] }
  })
  await expect(attempt).rejects.toSatisfy(error => isDirdictError(error, 'STALE_HANDLE'))
  expect((await db.metadata('a')).tags).toEqual(['old'])
})

describe('what annotate promises', () => {
  test('more than a record should hold is refused, by set and annotate, and the value stays readable', async () => {
    await db.set('big', 1)
    const long = { s: 'x'.repeat(2 ** 20) }
    await expect(db.annotate('big', { attributes: long })).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    await expect(db.annotate('big', { note: long.s })).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    await expect(db.set('big', 2, { attributes: long })).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    expect(await db.get('big')).toBe(1)
  })

  test('attributes that are null are refused, not taken for none', async () => {
    await db.set('a', 1, { attributes: { kept: true } })
    const none = { attributes: null } as never
    await expect(db.annotate('a', none)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    await expect(db.set('a', 1, none)).rejects.toMatchObject({ code: 'VALUE_REJECTED' })
    expect((await db.metadata('a')).attributes).toEqual({ kept: true })
  })

  test('an asynchronous function that fails is refused, and does not end the process', async () => {
    await db.set('a', 1)
    const unhandled: unknown[] = []
    const note = (reason: unknown): unknown => unhandled.push(reason)
    process.on('unhandledRejection', note)
    const late = (async () => Promise.reject(new Error('late'))) as never
    await expect(db.annotate('a', late)).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    await new Promise(resolve => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  test('an announcement that a dead process left is collected by repair', async () => {
    await db.set('a', 1)
    const [pid, token] = deadToken()
    mkdirSync(join(path, `.deleting.${token}`))
    expect(pid).toBeGreaterThan(0)
    await db.repair()
    expect(readdirSync(path).filter(name => name.startsWith('.deleting.'))).toEqual(['.deleting.dirdict'])
  })
})

/** A token of this machine whose process has ended. */
function deadToken(): [pid: number, token: string] {
  const pid = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }))
  const [where] = newToken().split('.')
  return [pid, `${where}.${pid}.1.0.abcd`]
}
