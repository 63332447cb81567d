/**
 * A CSV text that is to be stored as it is: read once from end to end, so that it can be read again; types that are not
 * given are inferred from all of it.
 */
import type { Arrow } from '../_arrow/rebuild.js'
import { buildColumn } from './build.js'
import { Inference } from './infer.js'
import { assertTyped } from './options.js'
import { appendAll, type Reading } from './read.js'
import type { Records } from './records.js'
import type { Refuse } from './refusal.js'
import { type CsvField, type CsvSchema, DEFAULT_NULLS, type Delimiter } from './schema.js'
import type { Kind } from './types.js'

/** What was found out about a text. */
export interface CheckedText {
  readonly schema: CsvSchema
  readonly rows: number
}

/** `refuse` makes the error for what is not well-formed, or does not fit the type that was given for it. */
export async function checkText(
  arrow: Arrow,
  { names, batches }: Records,
  delimiter: Delimiter,
  types: ReadonlyMap<string, Kind>,
  refuse: Refuse,
): Promise<CheckedText> {
  assertTyped(types, names)
  const given: Reading[] = []
  const inferred = new Map<number, Inference>()
  names.forEach((name, index) => {
    const kind = types.get(name)
    if (kind === undefined) inferred.set(index, new Inference())
    else given.push(readingOf(arrow, index, fieldOf(name, kind)))
  })
  let rows = 0
  for await (const batch of batches) {
    appendAll(given, batch, 0, batch.rows.length, refuse)
    for (const { builder } of given) builder.drop()
    for (const [index, inference] of inferred) inference.add(batch.rows, index, 0)
    rows += batch.rows.length
  }
  const fields = names.map((name, index) => {
    const kind = inferred.get(index)?.kind() ?? types.get(name)
    return fieldOf(name, kind ?? { kind: 'text', large: false })
  })
  return { schema: { fields, delimiter, metadata: new Map() }, rows }
}

function fieldOf(name: string, kind: Kind): CsvField {
  return { name, kind, nullable: true, metadata: new Map(), nulls: DEFAULT_NULLS, categories: undefined }
}

function readingOf(arrow: Arrow, index: number, field: CsvField): Reading {
  return { index, field, overridden: false, ...buildColumn(arrow, field) }
}
