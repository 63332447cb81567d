/** Makes the databases in `fixtures/`, with records that name no real machine, user or repository. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AnyDumper, DataBase } from '../../../src/index.js'
import { FIXTURE_OPTIONS, FIXTURE_VALUES } from './fixtures.js'

const TIME = '2026-11-21T08:00:00.000Z'

/** Writes the values of a dumper's fixture into a new database at `directory`. */
export async function writeFixture(dumper: AnyDumper, directory: string): Promise<void> {
  const db = await DataBase.open(directory, { durability: 'relaxed' })
  for (const [key, value] of Object.entries(FIXTURE_VALUES[dumper.name] ?? {})) {
    if (dumper.name === 'subdb') await writeNested(db, key, value)
    else await db.set(key, value, dumper, FIXTURE_OPTIONS[dumper.name]?.[key] ?? {})
  }
  await db.close()
  neutralise(directory)
}

async function writeNested(db: DataBase, key: string, values: unknown): Promise<void> {
  const nested = await db.sub(key, { create: true })
  for (const [name, value] of Object.entries(values ?? {})) await nested.set(name, value)
}

/** Rewrites what tells of the machine, in this database and those in it. Data files stay as they are. */
function neutralise(directory: string): void {
  rmSync(join(directory, '.deleting.dirdict'), { recursive: true, force: true })
  for (const item of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, item.name)
    if (item.isDirectory()) neutralise(path)
    else if (item.name === 'db_state.json')
      rewrite(path, { _registered_to_path: '/data/example', _unique_id: ID })
    else if (item.name === 'metadata.json') rewrite(path, ISF)
    else if (item.name === 'dirdict.json') rewrite(path, { provenance: PROVENANCE })
  }
}

const ID = '2026-11-21_1_example'
const PROVENANCE = {
  time: TIME,
  git: null,
  error: 'no repository',
  modules: {},
  lockFile: '',
  host: { name: 'example', platform: 'linux', arch: 'x64', user: null },
  runtime: { name: 'node', version: '20.19.0', dirdict: '0.1.0' },
  script: null,
}
const ISF = {
  time: [2026, 11, 21, 8, 0, 0, 5, 325, -1],
  module_list: '',
  module_versions: {},
  hostname: 'example',
  version: '0+unknown',
  'full-revisionid': null,
  dirty: null,
  error: 'no repository',
}

function rewrite(path: string, changes: object): void {
  const content: unknown = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, `${JSON.stringify({ ...Object(content), ...changes })}\n`)
}
