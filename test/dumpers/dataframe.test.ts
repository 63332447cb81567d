/** dataframe: what it needs to be loaded, and how it is given up. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { importPackage } from '../../dumpers/_packages.js'
import { dataframe } from '../../dumpers/dataframe.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import { codeOf, store } from './dataframe/stored.js'

test('a package that is not installed is MISSING_PACKAGE, which says how to install it', async () => {
  const missing = (name: string): Error =>
    Object.assign(
      new Error(`Cannot find package '${name}' imported from /app/node_modules/apache-arrow/x.mjs`),
      {
        code: 'ERR_MODULE_NOT_FOUND',
      },
    )
  const load = (error: Error): Promise<unknown> => importPackage('apache-arrow', () => Promise.reject(error))
  await expect(load(missing('apache-arrow'))).rejects.toThrow('npm install apache-arrow@^21')
  expect(await codeOf(load(missing('apache-arrow')))).toBe('MISSING_PACKAGE')
  await expect(load(missing('flatbuffers'))).rejects.toThrow("Cannot find package 'flatbuffers'")
})

test('an aborted read and write end with the reason of the signal', async () => {
  const { directory } = await store([['a', [1]]])
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(dataframe.load(new EntryReadFolder(directory, 'k', { signal }), {}, {})).rejects.toThrow(
    'enough',
  )
  const other = mkdtempSync(join(tmpdir(), 'dirdict-dataframe-'))
  onTestFinished(() => rmSync(other, { recursive: true, force: true }))
  const folder = new EntryWriteFolder(other, 'k', {
    durable: false,
    signal,
  })
  await expect(dataframe.dump([['a', [1]]], folder, {})).rejects.toThrow('enough')
})
