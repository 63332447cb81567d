/**
 * Entries that are damaged or hostile, as changes of one file of a sound entry each, and the error that reading them
 * has to give. `fixtures/broken` holds them as they were first made.
 */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ErrorCode } from '../../../src/index.js'
import { fixtureDirectory } from './fixtures.js'

export const BROKEN: string = fileURLToPath(new URL('../../../fixtures/broken', import.meta.url))

export interface Broken {
  readonly key: string
  readonly code: ErrorCode
  /** The sound entry, as `<dumper>/<key>` of the fixtures. */
  readonly from: string
  readonly file: string
  /** What the file holds instead; undefined: it is gone. */
  change(bytes: Buffer): string | Uint8Array | undefined
}

const array = { from: 'ndarray/float64' }
const loader = { ...array, file: 'Loader.json' }
const record = { ...array, file: 'dirdict.json' }
const data = { ...array, file: 'np.npy' }
const ISF = 'data_base.isf_data_base.IO.LoaderDumper.'

export const CASES: readonly Broken[] = [
  { key: 'loader-missing', code: 'CORRUPT_ENTRY', ...loader, change: () => undefined },
  { key: 'loader-empty', code: 'CORRUPT_ENTRY', ...loader, change: () => '' },
  { key: 'loader-not-json', code: 'CORRUPT_ENTRY', ...loader, change: () => '{"Loader": ' },
  { key: 'loader-array', code: 'CORRUPT_ENTRY', ...loader, change: () => '["Loader"]' },
  { key: 'loader-null', code: 'CORRUPT_ENTRY', ...loader, change: () => 'null' },
  { key: 'loader-names-nothing', code: 'CORRUPT_ENTRY', ...loader, change: () => '{}' },
  { key: 'loader-number', code: 'CORRUPT_ENTRY', ...loader, change: () => '{"Loader": 5}' },
  { key: 'loader-foreign', code: 'UNKNOWN_DUMPER', ...loader, change: () => '{"Loader": "os"}' },
  { key: 'loader-path', code: 'UNKNOWN_DUMPER', ...loader, change: () => '{"Loader": "../../evil.js"}' },
  {
    key: 'loader-inherited',
    code: 'UNKNOWN_DUMPER',
    ...loader,
    change: () => `{"Loader": "${ISF}__proto__"}`,
  },
  { key: 'record-empty', code: 'CORRUPT_ENTRY', ...record, change: () => '' },
  { key: 'record-not-json', code: 'CORRUPT_ENTRY', ...record, change: bytes => bytes.subarray(0, 50) },
  { key: 'record-array', code: 'CORRUPT_ENTRY', ...record, change: () => '[]' },
  { key: 'record-bare', code: 'UNSUPPORTED_FORMAT', ...record, change: () => '{}' },
  { key: 'record-format-2', code: 'UNSUPPORTED_FORMAT', ...record, change: member('format', 2) },
  { key: 'record-format-text', code: 'UNSUPPORTED_FORMAT', ...record, change: member('format', '1') },
  { key: 'record-unknown-dumper', code: 'UNKNOWN_DUMPER', ...record, change: member('dumper', 'no-such') },
  { key: 'record-inherited', code: 'UNKNOWN_DUMPER', ...record, change: member('dumper', 'constructor') },
  { key: 'record-dumper-path', code: 'UNKNOWN_DUMPER', ...record, change: member('dumper', '../../evil.js') },
  { key: 'record-dumper-number', code: 'CORRUPT_ENTRY', ...record, change: member('dumper', 5) },
  { key: 'record-dumper-missing', code: 'CORRUPT_ENTRY', ...record, change: member('dumper', undefined) },
  { key: 'record-arguments-array', code: 'CORRUPT_ENTRY', ...record, change: member('arguments', []) },
  { key: 'record-files-object', code: 'CORRUPT_ENTRY', ...record, change: member('files', {}) },
  { key: 'record-files-null', code: 'CORRUPT_ENTRY', ...record, change: member('files', [null]) },
  { key: 'record-bytes-text', code: 'CORRUPT_ENTRY', ...record, change: files({ bytes: '160' }) },
  { key: 'record-bytes-wrong', code: 'CORRUPT_ENTRY', ...record, change: files({ bytes: 1 }) },
  { key: 'record-bytes-negative', code: 'CORRUPT_ENTRY', ...record, change: files({ bytes: -1 }) },
  { key: 'record-bytes-huge', code: 'CORRUPT_ENTRY', ...record, change: files({ bytes: 2 ** 52 }) },
  { key: 'record-crc-wrong', code: 'CORRUPT_ENTRY', ...record, change: files({ crc32: 1 }) },
  { key: 'record-provenance-text', code: 'CORRUPT_ENTRY', ...record, change: member('provenance', 'x') },
  { key: 'data-missing', code: 'CORRUPT_ENTRY', ...data, change: () => undefined },
  { key: 'data-empty', code: 'CORRUPT_ENTRY', ...data, change: () => '' },
  { key: 'data-cut', code: 'CORRUPT_ENTRY', ...data, change: bytes => bytes.subarray(0, -1) },
  { key: 'data-longer', code: 'CORRUPT_ENTRY', ...data, change: bytes => Buffer.concat([bytes, bytes]) },
  { key: 'data-flipped', code: 'CORRUPT_ENTRY', ...data, change: flip },
  ...flipped('json/nested', 'value.json'),
  ...flipped('clone/containers', 'value.v8'),
  ...flipped('text/marked', 'value.txt'),
  ...flipped('bytes/all', 'value.bin'),
  ...flipped('dataframe/table', 'pandas_to_parquet.parquet'),
  ...flipped('dataframe/table', 'object_meta.json'),
]

/** Makes those entries of `fixtures/broken` that are missing. */
export function writeBroken(): void {
  for (const { key, from, file, change } of CASES) {
    const target = join(BROKEN, key)
    if (existsSync(target)) continue
    const [dumper = '', name = ''] = from.split('/')
    cpSync(join(fixtureDirectory(dumper, 1), name), target, { recursive: true })
    const bytes = change(readFileSync(join(target, file)))
    if (bytes === undefined) rmSync(join(target, file))
    else writeFileSync(join(target, file), bytes)
  }
  const state = 'db_state.json'
  cpSync(join(fixtureDirectory('json', 1), state), join(BROKEN, state))
  writeFileSync(join(BROKEN, 'entry-is-a-file'), 'not a directory\n')
}

function flipped(from: string, file: string): Broken[] {
  return [{ key: `flipped-${file.replaceAll('_', '-')}`, code: 'CORRUPT_ENTRY', from, file, change: flip }]
}

/** One bit of the last byte but one. */
function flip(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  const index = copy.length - 2
  copy.writeUInt8(copy.readUInt8(index) ^ 4, index)
  return copy
}

function member(name: string, value: unknown): (bytes: Buffer) => string {
  return bytes => JSON.stringify({ ...JSON.parse(bytes.toString()), [name]: value })
}

function files(changes: object): (bytes: Buffer) => string {
  return bytes => {
    const content = JSON.parse(bytes.toString())
    return JSON.stringify({
      ...content,
      files: content.files.map((file: object) => ({ ...file, ...changes })),
    })
  }
}
