/** doctor: each illness, made by hand in a sound database; what repair would do; and that nothing is ever changed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'
import { array, DataBase, type Diagnosis, doctor, folder, shared, text } from '../../src/index.js'
import { newToken } from '../../src/locks/token.js'
import { picture, scratch } from './scratch.js'

const ISF = 'data_base.isf_data_base.IO.LoaderDumper.'
const data = fileURLToPath(new URL('../../../shared/data/isf-database', import.meta.url))
const present = existsSync(data)
/** Of a process that is not there. */
const DEAD = newToken().replace(/\.\d+\./, '.999999999.')
const root = scratch()
let count = 0
let db: DataBase

beforeEach(async () => {
  db = await DataBase.open(`${root}/db${count++}`, { durability: 'relaxed' })
  await db.set('value', [1, 2])
  await db.set('nested/array', new Float64Array(3))
  await db.set('files', { 'a.txt': 'alpha' }, folder)
  await db.close()
})

const at = (...parts: readonly string[]): string => [db.directory, ...parts].join('/')

function change(file: string, members: object): void {
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...members }))
}

/** An entry as Python makes it, without a record of ours. */
function isfEntry(name: string, loader = `${ISF}to_pickle`, path = at(name)): void {
  mkdirSync(path)
  writeFileSync(`${path}/Loader.json`, JSON.stringify({ Loader: loader }))
  writeFileSync(
    `${path}/metadata.json`,
    JSON.stringify({ version: '0.5.0', time: [2025, 1, 1, 0, 0, 0, 0, 1, -1] }),
  )
}

/** What doctor says; it changes nothing. */
async function examine(path = db.directory): Promise<Diagnosis> {
  const before = picture(path)
  const diagnosis = await doctor(path)
  expect(picture(path)).toEqual(before)
  return diagnosis
}

async function kinds(): Promise<string[]> {
  const { findings, repairs, healthy } = await examine()
  expect(repairs).toEqual([])
  expect(healthy).toBe(findings.length === 0)
  return findings.map(({ kind, key }) => `${kind} ${key}`)
}

describe('a sound database', () => {
  it('is healthy, and doctor says who wrote it', async () => {
    const diagnosis = await examine()
    expect(diagnosis).toMatchObject({
      path: db.directory,
      id: db.id,
      healthy: true,
      findings: [],
      repairs: [],
      more: 0,
    })
    expect(diagnosis.census).toMatchObject({ databases: 2, keys: 4, byDirdict: 4, byIsf: 0 })
    expect(Object.values(diagnosis.census.dirdictVersions)).toEqual([4])
    expect(diagnosis.service).toBe(true)
    expect(diagnosis.owner.mode).toMatch(/^0[0-7]{3}$/)
  })

  it('may be written by both', async () => {
    isfEntry('theirs')
    isfEntry('older', 'data_base.IO.LoaderDumper.to_cloudpickle', at('nested/db/older'))
    const { healthy, census } = await examine()
    expect(healthy).toBe(true)
    expect(census).toMatchObject({ keys: 6, byDirdict: 4, byIsf: 2, isfVersions: { '0.5.0': 2 } })
    expect(census.loaderPaths).toEqual({ 'data_base.isf_data_base.IO': 5, 'data_base.IO': 1 })
  })

  it('is healthy while somebody writes it', async () => {
    const writer = await DataBase.open(db.directory)
    await writer.update('value', async () => {
      expect((await doctor(db.directory)).healthy).toBe(true)
      return 3
    })
    await writer.set('store', { rows: array([1, 2], [1, 2]) }, shared)
    expect((await doctor(db.directory)).healthy).toBe(true)
    await writer.close()
  })

  it.skipIf(!present)(
    `is that of Python's ISF${present ? '' : ' (skipped: ../shared/data is not there)'}`,
    async () => {
      const { healthy, findings, census, service } = await examine(data)
      expect(findings).toEqual([])
      expect(healthy).toBe(true)
      expect(service).toBe(false)
      expect(census.byIsf).toBe(census.keys)
      expect(census.isfVersions['0+unknown']).toBeGreaterThan(30)
    },
  )

  it('is none where there is no database', async () => {
    await expect(doctor(`${root}/nothing`)).rejects.toMatchObject({ code: 'NOT_A_DATABASE' })
    await expect(doctor(root)).rejects.toMatchObject({ code: 'NOT_A_DATABASE' })
    const options = { dumper: [text] } as object
    await expect(doctor(db.directory, options)).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })
})

describe('doctor finds', () => {
  it('files and links among the keys, in nested databases too', async () => {
    writeFileSync(at('notes.txt'), '')
    writeFileSync(at('nested/db/.DS_Store'), '')
    symlinkSync(at('value'), at('alias'))
    linkSync(at('notes.txt'), at('nested/db/hard'))
    expect(await kinds()).toEqual(
      ['link alias', 'stray-file notes.txt', 'stray-file nested/.DS_Store', 'stray-file nested/hard'].sort(
        (a, b) => Number(a.includes('/')) - Number(b.includes('/')),
      ),
    )
  })

  it.each([
    ['further members', { x: 1 }, 'state '],
    ['missing members', { _unique_id: undefined }, 'state '],
    ['dumpers that ISF cannot ask', { _registeredDumpers: [`${ISF}numpy_to_npy`] }, 'registered-dumpers '],
    ['dumpers that are none', { _registeredDumpers: ['os'] }, 'registered-dumpers '],
  ])('%s in db_state.json', async (_, members, kind) => {
    change(at('db_state.json'), members)
    expect(await kinds()).toEqual([kind])
  })

  it('a damaged db_state.json, and one in a nested database', async () => {
    writeFileSync(at('db_state.json'), '{')
    change(at('nested/db/db_state.json'), { x: 1 })
    expect(await kinds()).toEqual(['state ', 'state nested'])
    expect((await examine()).id).toBeNull()
  })

  it('what an old version of ISF kept instead of records', async () => {
    writeFileSync(at('metadata.db'), '')
    writeFileSync(at('sqlitedict.db'), '')
    expect((await kinds()).sort()).toEqual(['old-store metadata.db', 'old-store sqlitedict.db'])
    rmSync(at('db_state.json'))
    expect((await kinds()).map(kind => kind.split(' ')[0])).toContain('state')
  })

  it('entries that nobody can load', async () => {
    mkdirSync(at('pickled'))
    writeFileSync(at('pickled/Loader.pickle'), '')
    mkdirSync(at('unknown'))
    isfEntry('torn')
    writeFileSync(at('torn/Loader.json'), '{"Load')
    isfEntry('nameless')
    writeFileSync(at('nameless/Loader.json'), '{}')
    expect(await kinds()).toEqual([
      'no-loader nameless',
      'pickled-loader pickled',
      'no-loader torn',
      'no-loader unknown',
    ])
  })

  it('loaders that ISF cannot import, or not call', async () => {
    isfEntry('newer', `${ISF}numpy_to_future`)
    isfEntry('foreign', 'os')
    isfEntry('members')
    change(at('members/Loader.json'), { path: 'x' })
    const { findings } = await examine()
    expect(findings.map(({ kind, key }) => [kind, key])).toEqual([
      ['unknown-loader', 'foreign'],
      ['loader-members', 'members'],
      ['unknown-loader', 'newer'],
    ])
    expect(findings[0]?.message).toContain('fails as a whole')
    expect(findings[2]?.message).toContain('no version of ISF that is known here')
  })

  it('records of ours that are damaged, or of dumpers that are not registered', async () => {
    writeFileSync(at('value/dirdict.json'), '{]}')
    change(at('files/dirdict.json'), { dumper: 'mine' })
    expect(await kinds()).toEqual(['unknown-dumper files', 'damaged-record value'])
    expect((await examine()).census).toMatchObject({ byDirdict: 4, byIsf: 0 })
    const { findings } = await doctor(db.directory, { dumpers: [{ ...text, name: 'mine' }] })
    expect(findings.map(({ kind }) => kind)).toEqual(['damaged-record'])
  })

  it('whatever repair would only tell', async () => {
    const history = { file: 'dirdict.history.json', cells: 1 }
    change(at('value/dirdict.json'), { provenance: { history } })
    writeFileSync(at('value/dirdict.history.json'), '{')
    expect(await kinds()).toEqual(['unreadable value'])
    const writer = await DataBase.open(db.directory)
    expect(await writer.repair()).toMatchObject([{ key: 'value', action: 'reported' }])
    await writer.close()
  })

  it('files by which ISF takes a folder for something else', async () => {
    for (const name of ['object_meta.json', 'Loader.pickle']) writeFileSync(at('files', name), '')
    isfEntry('theirs', `${ISF}just_create_folder`)
    writeFileSync(at('theirs/sqlitedict.db'), '')
    mkdirSync(at('theirs/db/deep'), { recursive: true })
    for (const name of ['a', 'b']) writeFileSync(at('theirs/db/deep', name), '')
    expect(await kinds()).toEqual([
      'reserved-name files',
      'reserved-name files',
      'reserved-name theirs',
      'reserved-name theirs',
    ])
  })

  it('names that are one on other disks, or cannot be written', async () => {
    isfEntry('Value')
    isfEntry('a b')
    expect((await kinds()).sort()).toEqual([expect.stringMatching(/^case [Vv]alue$/), 'key-name a b'])
  })

  it('a service directory that others cannot write', async () => {
    chmodSync(at(), 0o775)
    chmodSync(at('.deleting.dirdict'), 0o755)
    expect(await kinds()).toEqual(['service-mode '])
  })

  it('the first hundred of a kind, and counts the rest', async () => {
    for (let i = 0; i < 120; i++) writeFileSync(at(`stray${i}`), '')
    const { findings, more } = await examine()
    expect(findings).toHaveLength(100)
    expect(more).toBe(20)
  })
})

describe('what repair would do', () => {
  /** The repairs that doctor foretells, and that repair then does. */
  async function foretold(): Promise<string[]> {
    const { findings, repairs, healthy } = await examine()
    expect(findings).toEqual([])
    expect(healthy).toBe(false)
    const writer = await DataBase.open(db.directory)
    expect(await writer.repair()).toEqual(repairs)
    await writer.close()
    expect((await examine()).healthy).toBe(true)
    return repairs.map(({ action, key, detail }) => `${action} ${key}: ${detail}`)
  }

  it('is to restore the records that ISF has replaced, or that are gone', async () => {
    change(at('value/metadata.json'), { metadata_creation_time: 'post_hoc' })
    rmSync(at('nested/db/array/Loader.json'))
    expect(await foretold()).toEqual(['restored nested/array: Loader.json', 'restored value: metadata.json'])
  })

  it('is to set aside what a power cut has torn', async () => {
    writeFileSync(at('value/dirdict.json'), '{')
    const { findings, repairs } = await examine()
    expect(findings.map(({ kind, key }) => `${kind} ${key}`)).toEqual(['damaged-record value'])
    expect(repairs).toMatchObject([{ action: 'set aside', key: 'value' }])
    const writer = await DataBase.open(db.directory)
    expect(await writer.repair()).toMatchObject([{ action: 'set aside', key: 'value' }])
    await writer.close()
    expect((await examine()).healthy).toBe(true)
  })

  it('is to finish what was interrupted and collect what the dead have left', async () => {
    const service = at('.deleting.dirdict')
    mkdirSync(`${service}/work/${DEAD}`)
    mkdirSync(`${service}/locks/value/${DEAD}`, { recursive: true })
    mkdirSync(`${service}/trash/${DEAD}`)
    renameSync(at('files'), `${service}/ready/files`)
    expect(await foretold()).toEqual([
      'finished files: an interrupted replacement',
      'unlocked value: the lock of a process that ended',
      `collected : work/${DEAD}`,
      `collected : trash/${DEAD}`,
    ])
  })
})

const asRoot = process.getuid?.() === 0
describe.skipIf(!asRoot)(`doctor as another user${asRoot ? '' : ' (skipped: needs root)'}`, () => {
  it('examines what it may not write, and tells what it may not read', async () => {
    isfEntry('secret')
    chmodSync(at('secret'), 0o700)
    chmodSync(root, 0o755)
    const before = picture(root)
    const program = `import(${JSON.stringify(new URL('../../dist/src/index.js', import.meta.url).href)})
      .then(({ doctor }) => doctor(${JSON.stringify(db.directory)}))
      .then(diagnosis => console.log(JSON.stringify(diagnosis)))`
    const child = spawn(process.execPath, ['-e', program], { uid: 65534, gid: 65534, cwd: '/' })
    let [said, errors] = ['', '']
    child.stdout.on('data', chunk => {
      said += chunk
    })
    child.stderr.on('data', chunk => {
      errors += chunk
    })
    await once(child, 'close')
    expect(errors).toBe('')
    const { findings, census } = JSON.parse(said) as Diagnosis
    expect(findings.map(({ kind, key }) => `${kind} ${key}`)).toEqual(['unreadable secret'])
    expect(census.byDirdict).toBe(4)
    expect(picture(root)).toEqual(before)
  })
})
