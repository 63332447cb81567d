/** What a read gives whose entry is replaced and removed while it runs. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DatabaseDirectory } from '../../../src/entry/database-directory.js'
import { readPinned } from '../../../src/entry/pin.js'
import { scratch } from '../scratch.js'

const root = scratch()

it('an error of a read that listed an entry which was being removed is not believed', async () => {
  const directory = new DatabaseDirectory(`${root}/replaced`)
  makeEntry(directory, 'part')
  let tries = 0
  const names = await readPinned(directory, 'k', (base, witness) => {
    witness.listed = true
    if (++tries === 1) {
      renameSync(directory.entry('k'), `${root}/trash`)
      makeEntry(directory, 'part')
      for (const name of ['Loader.json', 'part']) rmSync(`${root}/trash/${name}`)
    }
    const found = readdirSync(base)
    if (!found.includes('part')) throw new Error('There are no parts.')
    return found
  })
  expect(names).toEqual(['Loader.json', 'part'])
  expect(tries).toBe(2)
})

it('an error of a read that listed an entry which is still there stands', async () => {
  const directory = new DatabaseDirectory(`${root}/current`)
  makeEntry(directory, 'other')
  rmSync(`${directory.entry('k')}/Loader.json`)
  const reading = readPinned(directory, 'k', (_base, witness) => {
    witness.listed = true
    throw new Error('There are no parts.')
  })
  await expect(reading).rejects.toThrow('There are no parts.')
})

it('a damaged entry whose swap was cut off before it came to its place is told as such', async () => {
  const directory = new DatabaseDirectory(`${root}/cut-off`)
  makeEntry(directory, 'part')
  mkdirSync(directory.readyEntry(''), { recursive: true })
  renameSync(directory.entry('k'), directory.readyEntry('k'))
  let tries = 0
  const reading = readPinned(directory, 'k', base => {
    if (++tries === 3) throw new Error('It is read again and again.')
    return readFileSync(`${base}/missing`)
  })
  await expect(reading).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
})

function makeEntry(directory: DatabaseDirectory, file: string): void {
  mkdirSync(directory.entry('k'), { recursive: true })
  for (const name of ['Loader.json', file]) writeFileSync(`${directory.entry('k')}/${name}`, '{}')
}
