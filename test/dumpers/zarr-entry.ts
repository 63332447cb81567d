/** Directories of zarr arrays, made by hand, for the tests of what is read from them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type ZarrArray, type ZarrGetOptions, zarr } from '../../dumpers/zarr.js'
import { EntryReadFolder } from '../../src/entry/folder.js'

/** Files below obj.zarr by name: bytes, text, or what is written as JSON. */
export type Files = Readonly<Record<string, Uint8Array | string | object>>

/** An entry without a record, as Python leaves it. */
export function entryOf(files: Files): string {
  const directory = mkdtempSync(join(tmpdir(), 'dirdict-zarr-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, 'obj.zarr', name)
    mkdirSync(dirname(path), { recursive: true })
    const isReady = typeof content === 'string' || content instanceof Uint8Array
    writeFileSync(path, isReady ? content : JSON.stringify(content))
  }
  return directory
}

/** What is read from such an entry. */
export function load(files: Files, options: ZarrGetOptions = {}): Promise<ZarrArray> {
  return zarr.load(new EntryReadFolder(entryOf(files), 'key'), {}, options)
}

/** Metadata of version 2, of four int32 in chunks of two, but for what `changes` say. */
export function v2(changes: object = {}): object {
  return {
    zarr_format: 2,
    shape: [4],
    chunks: [2],
    dtype: '<i4',
    compressor: null,
    fill_value: 0,
    filters: null,
    order: 'C',
    ...changes,
  }
}

/** The same of version 3. */
export function v3(changes: object = {}): object {
  return {
    zarr_format: 3,
    node_type: 'array',
    shape: [4],
    data_type: 'int32',
    chunk_grid: { name: 'regular', configuration: { chunk_shape: [2] } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    fill_value: 0,
    codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
    attributes: {},
    ...changes,
  }
}

/** Bytes of int32. */
export function int32(...numbers: number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(numbers).buffer)
}
