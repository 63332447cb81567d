/**
 * The Arrow Table of a frame: its columns, then its index, as in the Parquet files that pandas writes, with the same
 * metadata. Stored with `dataframe` it is the same frame again.
 */
import type { Field, Table } from 'apache-arrow'
import { makeBatch } from '../../_arrow/batch.js'
import type { Arrow } from '../../_arrow/rebuild.js'
import { importPackage } from '../../_packages.js'
import { describe, labelled } from '../../_parquet/pandas.js'
import type { Reading } from '../reading.js'
import { Blocks, type Column, type ColumnSource, type Target } from './column.js'
import type { Label } from './label.js'

/** A column with its label; a level of an index may have none. */
export interface Named {
  readonly label: Label | undefined
  readonly source: ColumnSource
}

/** An index that counts. */
export interface Range {
  readonly label: Label | undefined
  readonly start: number
  readonly stop: number
  readonly step: number
}

/** How a level of the labels of columns is called, and what pandas has them as. */
export interface LabelLevel {
  readonly label: Label | undefined
  readonly pandasType: string
  readonly numpyType: string
}

export interface Frame {
  readonly columns: readonly (Named & { readonly label: Label })[]
  readonly levels: readonly LabelLevel[]
  /** Undefined where it counts the rows from 0. */
  readonly index: readonly Named[] | Range | undefined
}

/** apache-arrow, and what a frame is made for. */
export async function targetFor(reading: Reading): Promise<Target> {
  const arrow = await importPackage('apache-arrow', () => import('apache-arrow'))
  return { arrow, reading, blocks: new Blocks(reading), what: 'a frame' }
}

/** UNSUPPORTED_FORMAT for two columns of one name; CORRUPT_ENTRY where one is longer than another. */
export async function tableOf(target: Target, frame: Frame): Promise<Table> {
  const { arrow, reading } = target
  const { columns, index } = frame
  const levels = isLevels(index) ? index : []
  const names = namesOf(columns, levels, reading)
  const made: Column[] = []
  for (const [i, { source }] of [...columns, ...levels].entries()) {
    await reading.pause()
    made.push(await source.column({ ...target, what: `column ${JSON.stringify(names[i])}` }))
  }
  const rows = index !== undefined && !isLevels(index) ? countOf(index) : (made.at(-1)?.data.length ?? 0)
  const other = made.findIndex(({ data }) => data.length !== rows)
  if (other >= 0)
    throw reading.corrupt(
      `has ${made[other]!.data.length} values in column ${JSON.stringify(names[other])} of ${rows} rows`,
    )
  const fields = made.map(
    ({ data, metadata }, i) => new arrow.Field(names[i]!, data.type, true, new Map(metadata)),
  )
  const bare = new arrow.Schema(labelled(arrow, fields, labelsIn(names, columns, levels)))
  const table = new arrow.Table(bare, [
    makeBatch(
      arrow,
      bare,
      made.map(({ data }) => data),
      rows,
    ),
  ])
  await reading.pause()
  return withPandas(arrow, table, made, frame, names)
}

function isLevels(index: Frame['index']): index is readonly Named[] {
  return Array.isArray(index)
}

function countOf({ start, stop, step }: Range): number {
  return Math.max(0, Math.ceil((stop - start) / step))
}

/** As pyarrow names them: an index has its own name where no column has it. */
function namesOf(columns: Frame['columns'], levels: readonly Named[], reading: Reading): string[] {
  const names = columns.map(({ label }) => label.text)
  const taken = new Set<string>()
  for (const name of names) {
    if (taken.has(name))
      throw reading.unsupported(`a frame with two columns of the name ${JSON.stringify(name)}`)
    taken.add(name)
  }
  for (const [i, { label }] of levels.entries()) {
    const name = label === undefined || taken.has(label.text) ? `__index_level_${i}__` : label.text
    if (taken.has(name))
      throw reading.unsupported(
        `a frame with a column of the name ${JSON.stringify(name)}, which is that of its index`,
      )
    taken.add(name)
    names.push(name)
  }
  return names
}

/** The labels that are numbers, in the form of `object_meta.json`. */
function labelsIn(
  names: readonly string[],
  columns: Frame['columns'],
  levels: readonly Named[],
): Parameters<typeof labelled>[2] {
  const dtypes = [...columns, ...levels].map(({ label }) => label?.dtype ?? '<U1')
  return { columns: names, column_name_dtypes: dtypes, index_dtype: '', dtypes: [] }
}

/** The table with pandas' metadata: what its types say, and what only the frame knew. */
function withPandas(
  arrow: Arrow,
  table: Table,
  made: readonly Column[],
  frame: Frame,
  names: readonly string[],
): Table {
  const { columns, index, levels } = frame
  const said: { columns: Record<string, unknown>[]; index_columns: unknown[] } = JSON.parse(
    describe(arrow, table).pandas,
  )
  const labels = [...columns, ...(isLevels(index) ? index : [])].map(({ label }) => label?.text ?? null)
  const pandas = {
    ...said,
    index_columns: isLevels(index)
      ? names.slice(columns.length)
      : index === undefined
        ? said.index_columns
        : [rangeOf(index)],
    column_indexes: levels.map((level, _, { length }) => levelOf(level, length)),
    columns: said.columns.map((column, i) => {
      const dtype = made[i]!.dtype
      return { ...column, name: labels[i], ...(dtype === undefined ? {} : { numpy_type: dtype }) }
    }),
  }
  const fields: readonly Field[] = table.schema.fields
  const schema = new arrow.Schema([...fields], new Map([['pandas', JSON.stringify(pandas)]]))
  return new arrow.Table(schema, table.batches)
}

function rangeOf({ label, start, stop, step }: Range): object {
  const name = label?.dtype === undefined ? (label?.text ?? null) : Number(label.text)
  return { kind: 'range', name, start, stop, step }
}

/** Booleans that are no tuples of `count` labels are said to be text: pandas would read `False` as true. */
function levelOf({ label, pandasType, numpyType }: LabelLevel, count: number): object {
  const name = label?.text ?? null
  const isText = pandasType === 'unicode' || (pandasType === 'bool' && count === 1)
  return {
    name,
    field_name: name,
    pandas_type: isText ? 'unicode' : pandasType,
    numpy_type: isText ? 'object' : numpyType,
    metadata: isText ? { encoding: 'UTF-8' } : null,
  }
}
