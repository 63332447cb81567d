/**
 * A store of shared arrays as text and as JSON: names, shapes and dtypes; `load` of the library reads them.
 */
import { isDirdictError, type SharedArrayFacts, type SharedArrays } from '../index.js'
import { printable, printJson, printLine } from './print.js'

/** What is known of an array, or why it cannot be read here. */
type Facts = SharedArrayFacts | { readonly error: string }

/** One array that cannot be read does not hide the others. */
export async function printArrays(store: SharedArrays, asJson: boolean): Promise<void> {
  const arrays: { name: string; facts: Facts }[] = []
  for (const name of await store.names()) arrays.push({ name, facts: await factsOf(store, name) })
  if (asJson) return printJson(arrays.map(({ name, facts }) => ({ name, ...facts })))
  for (const { name, facts } of arrays) printLine(`${printable(name)}  ${printable(textOf(facts))}`)
}

async function factsOf(store: SharedArrays, name: string): Promise<Facts> {
  try {
    return await store.describe(name)
  } catch (error) {
    if (!isDirdictError(error, 'UNSUPPORTED_FORMAT') && !isDirdictError(error, 'CORRUPT_ENTRY')) throw error
    return { error: `${error.code}: ${error.message}` }
  }
}

function textOf(facts: Facts): string {
  return 'error' in facts ? `(${facts.error})` : `${facts.dtype} [${facts.shape.join(', ')}]`
}
