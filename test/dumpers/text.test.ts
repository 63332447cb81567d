/** text: a string keeps every character, and bytes that are no UTF-8 are not guessed at. */
import { constants } from 'node:buffer'
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { text } from '../../src/index.js'
import { temporaryDatabase } from './temporary.js'

it('lies in value.txt as any editor opens it', async () => {
  const db = await temporaryDatabase()
  await db.set('a', 'é\n', text)
  expect(readFileSync(`${db.path('a')}/value.txt`)).toEqual(Buffer.from('é\n'))
})

it('half a surrogate pair is refused, and the message names who stores it', async () => {
  const db = await temporaryDatabase()
  await expect(db.set('a', 'a\ud800', text)).rejects.toMatchObject({
    code: 'VALUE_REJECTED',
    message: expect.stringContaining('json stores it'),
  })
  await db.set('a', 'a\ud800')
  expect(await db.get('a')).toBe('a\ud800')
})

it('bytes that are no UTF-8 are CORRUPT_ENTRY, also without a record of their checksum', async () => {
  const db = await temporaryDatabase()
  await db.set('a', 'abc', text)
  const record: unknown = JSON.parse(readFileSync(`${db.path('a')}/dirdict.json`, 'utf8'))
  rmSync(`${db.path('a')}/dirdict.json`)
  writeFileSync(`${db.path('a')}/dirdict.json`, JSON.stringify({ ...Object(record), files: [] }))
  writeFileSync(`${db.path('a')}/value.txt`, Uint8Array.of(0x61, 0xff, 0x62))
  await expect(db.get('a')).rejects.toMatchObject({ code: 'CORRUPT_ENTRY', details: { file: 'value.txt' } })
})

it('a file longer than any string is UNSUPPORTED_FORMAT before it is read, and the message says how to read it', async () => {
  const db = await temporaryDatabase()
  await db.set('a', 'abc', text)
  rmSync(`${db.path('a')}/dirdict.json`)
  writeFileSync(
    `${db.path('a')}/dirdict.json`,
    JSON.stringify({ format: 1, dumper: 'text', arguments: {}, files: [], provenance: {} }),
  )
  // Sparse: it takes no room on the disk.
  truncateSync(`${db.path('a')}/value.txt`, 4 * constants.MAX_STRING_LENGTH)
  await expect(db.get('a')).rejects.toMatchObject({
    code: 'UNSUPPORTED_FORMAT',
    message: expect.stringContaining('as a stream'),
  })
})
