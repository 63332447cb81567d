/**
 * Programs that share no code with our writer read every Arrow file of ours and find the same values, and we read
 * theirs: arrow-rs, within parquet-wasm, and pyarrow and polars where Python can import them.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as apache from 'apache-arrow'
import * as wasm from 'parquet-wasm'
import { afterAll, describe, expect, test } from 'vitest'
import { type ArrowGetOptions, arrow } from '../../dumpers/arrow.js'
import type { TableInput } from '../../dumpers/dataframe.js'
import { EntryReadFolder } from '../../src/entry/folder.js'
import { EntryWriteFolder } from '../../src/entry/write-folder.js'
import { columnValues, contents, TYPED_COLUMNS, tableOf } from '../dumpers/samples/arrow-columns.js'
import { canImport, python } from './python.js'

const root = mkdtempSync(join(tmpdir(), 'dirdict-arrow-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Two batches, of which the second is a slice. */
const whole = tableOf(TYPED_COLUMNS)
const table = whole.concat(whole.slice(1, 3))

async function write(value: TableInput): Promise<string> {
  const directory = mkdtempSync(join(root, 'entry-'))
  await arrow.dump(value, new EntryWriteFolder(directory, 'k', { durable: false }), {})
  return directory
}

/** As an entry that another program has left. */
async function load(directory: string, options: ArrowGetOptions = {}): Promise<apache.Table> {
  return arrow.load(new EntryReadFolder(directory, 'k'), {}, options)
}

test('the reader of apache-arrow finds the same values', async () => {
  const bytes = readFileSync(join(await write(table), 'value.arrow'))
  expect(contents(apache.tableFromIPC(bytes))).toEqual(contents(table))
})

// apache-arrow trusts the types; arrow-rs verifies the flatbuffers of every message, alignment among it.
test.each(TYPED_COLUMNS)('arrow-rs finds the same values in a column of %s', async (name, data) => {
  const bytes = readFileSync(join(await write(tableOf([[name, data]])), 'value.arrow'))
  // After the magic a file is a stream.
  const back = apache.tableFromIPC(wasm.Table.fromIPCStream(bytes.subarray(8)).intoIPCStream())
  expect(contents(back)).toEqual(contents(tableOf([[name, data]])))
})

const PYARROW = `
import sys, pyarrow as pa
source, target, how = sys.argv[1:]
file = pa.ipc.open_file(pa.memory_map(source))
table = file.read_all()
assert pa.total_allocated_bytes() == 0, 'the file was copied'
table.validate(full=True)
assert file.num_record_batches == 2
options = pa.ipc.IpcWriteOptions(compression=None if how == 'plain' else how)
with pa.ipc.new_file(target, table.schema, options=options) as writer:
    writer.write_table(table)
`
const POLARS = `
import sys, polars as pl
source, target = sys.argv[1:3]
pl.read_ipc(source, memory_map=True).write_ipc(target, compression='uncompressed')
`

/** Files of Python's module that were made of ours, where it can be imported. */
function runPython(script: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(python, ['-c', script, ...args], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
}

describe.skipIf(!canImport('pyarrow'))('pyarrow (skipped where Python cannot import it)', () => {
  test('maps our file, finds it valid, and writes one that we read', async () => {
    const directory = await write(table)
    runPython(PYARROW, join(directory, 'value.arrow'), join(root, 'value.arrow'), 'plain')
    expect(contents(await load(root))).toEqual(contents(table))
    const columns = ['utf8 view', 'dictionary', 'list']
    expect(contents(await load(root, { columns, rows: [1, 5] }))).toEqual(
      contents(table.select(columns).slice(1, 5)),
    )
  })

  test.each(['lz4', 'zstd'])('is told how to write what it compressed with %s', async how => {
    const directory = await write(table)
    runPython(PYARROW, join(directory, 'value.arrow'), join(root, 'value.arrow'), how)
    await expect(load(root)).rejects.toThrow(/is compressed.*compression='uncompressed'/)
    await expect(load(root)).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
  })
})

describe.skipIf(!canImport('polars'))('polars (skipped where Python cannot import it)', () => {
  test('maps our file and writes one that we read', async () => {
    // Polars has no unions, intervals and maps, and no negative scales.
    const columns = TYPED_COLUMNS.filter(([name]) =>
      /^(bool|u?int\d|float|utf8|binary$|list$|dictionary$)/.test(name),
    )
    const directory = await write(tableOf(columns))
    runPython(POLARS, join(directory, 'value.arrow'), join(root, 'value.arrow'))
    expect(columnValues(await load(root))).toEqual(columnValues(tableOf(columns)))
  })
})
