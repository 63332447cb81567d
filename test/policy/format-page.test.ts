/** docs/format.md names every dumper, its version, its id in Loader.json and its files, as the fixtures have them. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { listFiles } from '../../src/testing/raw-disk.js'
import { BUILT_IN, fixtureDirectory, versionsOf } from '../dumpers/samples/fixtures.js'
import { ROOT } from './sources.js'

const page = readFileSync(`${ROOT}/docs/format.md`, 'utf8')
const RECORDS = ['Loader.json', 'metadata.json', 'dirdict.json', 'dirdict.history.json']
/** Of a live entry, and inside a nested database, the files are the user's. */
const USERS = ['folder', 'subdb', 'shared']

/** The text under the heading of a dumper. */
const section = (name: string): string => page.split(`\n### ${name}\n`)[1]?.split(/\n##+ /)[0] ?? ''

describe.each([...BUILT_IN])('the format page on %s', (name, dumper) => {
  it('says which version is written today', () => {
    expect(section(name)).toContain(`Version ${versionsOf(name).at(-1)}`)
  })

  it('names the ids of Loader.json', () => {
    const ids = [dumper.loader ?? 'just_create_folder', ...(dumper.reads ?? [])]
    for (const id of ids) expect(page).toContain(`\`${id}\``)
  })

  it.skipIf(USERS.includes(name))('names the files', () => {
    const files = listFiles(fixtureDirectory(name, versionsOf(name).at(-1) ?? 1))
      .filter(file => file !== 'db_state.json')
      .map(file => file.split('/')[1] ?? file)
      .filter(file => !RECORDS.includes(file))
    for (const file of new Set(files)) expect(section(name)).toContain(patternOf(file))
  })
})

/** Names with numbers in them are described, not listed. */
function patternOf(file: string): string {
  return file.replace(/\.\d+\.\d+\.parquet$/, '.')
}

describe('the format page', () => {
  it('has links that lead somewhere', () => {
    const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    )
    for (const [, anchor] of page.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor)
  })
})
