/** dataframe: a row group that is too large to be decoded at once is decoded by columns, with the same result. */
import * as arrow from 'apache-arrow'
import * as wasm from 'parquet-wasm'
import { expect, test } from 'vitest'
import { choose } from '../../../dumpers/_parquet/choose.js'
import { Decoder } from '../../../dumpers/_parquet/decode.js'
import { openParquet } from '../../../dumpers/_parquet/open.js'
import { runnerFor } from '../../../dumpers/_parquet/runner.js'
import { columnSubsets, planUnits } from '../../../dumpers/_parquet/units.js'
import { EntryReadFolder } from '../../../src/entry/folder.js'
import { contents, FILE, oneColumn, store, types } from './stored.js'

/** All types side by side, each two times, so that dictionaries are numbered. */
function everyType(): [string, arrow.Vector][] {
  return types.flatMap(([name, type, values]) =>
    [0, 1].map((twice): [string, arrow.Vector] => {
      const rows = Array.from({ length: 6 }, (_, i) => values[(i + twice) % values.length])
      return [`${name} ${twice}`, oneColumn(type, rows).getChildAt(0)!]
    }),
  )
}

test.each([1, 100, 2 ** 30])('in parts of at most %i bytes', async most => {
  const { directory, args, load } = await store(everyType())
  const recorded = { rows: Number(args.rows), footer: Number(args.footer) }
  const file = await openParquet(new EntryReadFolder(directory, 'k'), FILE, recorded, false)
  try {
    const choice = await choose(arrow, runnerFor(wasm, 0, undefined), file, {})
    const [unit] = planUnits(choice.parts, choice.columns)
    const subsets = columnSubsets(choice.columns, choice.parts[0]!.chunks, most)
    expect(subsets.length === 1).toBe(most === 2 ** 30)
    const decoder = await Decoder.of(arrow, file, choice, runnerFor(wasm, 0, undefined))
    const { schema, batches } = await decoder.decode({ ...unit!, subsets })
    expect(contents(new arrow.Table(schema, [...batches]))).toEqual(contents(await load()))
  } finally {
    await file.source.close()
  }
})
