/**
 * The schema of a table that is to be written: whether CSV holds its types, and which text stands for null in each
 * column. Quotes do not tell the empty text from null, since most readers do not look at them.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Data, Table } from 'apache-arrow'
import { DirdictError } from '../../src/errors.js'
import type { Arrow } from '../_arrow/rebuild.js'
import { type DictionaryKind, mostCategories } from './dictionary.js'
import { dictionaryTexts, rejected, textsOf } from './format.js'
import { MOST_COLUMNS } from './records.js'
import { type CsvField, type CsvSchema, DEFAULT_NULLS, type Delimiter } from './schema.js'
import { type Kind, kindOf, nameOf } from './types.js'

const ROWS_AT_ONCE = 2 ** 13
/** Every text for null but the empty one begins so: only values that do can be taken for it. */
const FIRST = 'N'
const WORDS: readonly string[] = ['NA', 'NULL', 'N/A', 'None']

/** VALUE_REJECTED names the column that CSV cannot hold, and what can. */
export async function describeTable(arrow: Arrow, table: Table, delimiter: Delimiter): Promise<CsvSchema> {
  const width = table.schema.fields.length
  if (width > MOST_COLUMNS) {
    const message = `The table has ${width} columns; as CSV there may be ${MOST_COLUMNS}. Store it transposed or as an ndarray.`
    throw new DirdictError('VALUE_REJECTED', message, { dumper: 'csv' })
  }
  const columns = table.schema.fields.map((field, i) => {
    const kind = kindOf(arrow, field.type)
    if (kind === undefined) {
      throw rejected(field.name, `it has Arrow's type ${String(field.type)}; dataframe and arrow hold it`)
    }
    if (/\p{Surrogate}/u.test(field.name)) {
      throw rejected(field.name, 'its name has half a surrogate pair, which UTF-8 has no form for')
    }
    const chunks = table.batches.flatMap(batch => batch.data.children.slice(i, i + 1))
    return { field, kind, chunks }
  })
  const fields: CsvField[] = []
  for (const { field, kind, chunks } of columns) {
    const { name, nullable, metadata } = field
    const categories = kind.kind === 'dictionary' ? categoriesOf(name, kind, chunks) : undefined
    const nulls = await nullsOf(name, kind, chunks, categories, columns.length === 1)
    fields.push({ name, kind, nullable, metadata, nulls, categories })
  }
  return { fields, delimiter, metadata: table.schema.metadata }
}

/** The values of the dictionaries of all batches, in order; most often these are one and the same. */
function categoriesOf(name: string, kind: DictionaryKind, chunks: readonly Data[]): readonly string[] {
  const different = new Map(chunks.map(data => [data.dictionary, data]))
  const texts = [...different.values()].flatMap(data => dictionaryTexts(data, name))
  const categories = [...new Set(texts)].filter(text => text !== null)
  if (categories.length > mostCategories(kind)) {
    const indices = nameOf(kind.index)
    throw rejected(
      name,
      `the dictionaries of its batches have ${categories.length} values, more than ${indices} counts`,
    )
  }
  return categories
}

async function nullsOf(
  name: string,
  kind: Kind,
  chunks: readonly Data[],
  categories: readonly string[] | undefined,
  isOnly: boolean,
): Promise<readonly string[]> {
  const hasNulls = chunks.some(data => data.nullCount > 0 || hasNullCategory(data))
  const isText = kind.kind === 'text' || kind.kind === 'dictionary'
  if (!hasNulls) return isText ? [] : DEFAULT_NULLS
  const taken = new Set<string>()
  const take = (text: string): void => {
    if (text === '' || text.startsWith(FIRST)) taken.add(text)
  }
  for (const category of categories ?? []) take(category)
  if (kind.kind === 'text') await eachText(name, chunks, take)
  // The line of a row without any text would be empty, and most readers drop empty lines.
  if (!isOnly && !taken.has('')) return DEFAULT_NULLS
  return [WORDS.find(word => !taken.has(word)) ?? numbered(taken)]
}

function hasNullCategory({ dictionary }: Data): boolean {
  return dictionary !== undefined && dictionary.nullCount > 0
}

async function eachText(name: string, chunks: readonly Data[], visit: (text: string) => void): Promise<void> {
  for (const data of chunks) {
    for (let from = 0; from < data.length; from += ROWS_AT_ONCE) {
      const to = Math.min(data.length, from + ROWS_AT_ONCE)
      const text = textsOf(data, name, from, to)
      for (let row = from; row < to; row++) if (data.getValid(row)) visit(text(row))
      await nextTurn()
    }
  }
}

function numbered(taken: ReadonlySet<string>): string {
  for (let i = 0; ; i++) if (!taken.has(`NA_${i}`)) return `NA_${i}`
}
