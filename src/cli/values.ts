/**
 * From bytes to values: which dumper stores a file, and how its content becomes what that dumper takes.
 */
import { extname } from 'node:path'
import {
  type AnyDumper,
  arrow,
  bytes,
  clone,
  csv,
  DirdictError,
  dataframe,
  isDirdictError,
  json,
  ndarray,
  npz,
  type RandomAccess,
  text,
  zarr,
} from '../index.js'
import { usage } from './failure.js'
import { SourceFolder } from './source.js'

const BY_NAME: ReadonlyMap<string, AnyDumper> = new Map(
  [json, clone, text, bytes, ndarray, npz, zarr, dataframe, arrow, csv].map((dumper): [string, AnyDumper] => [
    dumper.name,
    dumper,
  ]),
)
const BY_EXTENSION: ReadonlyMap<string, AnyDumper> = new Map<string, AnyDumper>([
  ['.npy', ndarray],
  ['.npz', npz],
  ['.parquet', dataframe],
  ['.arrow', arrow],
  ['.feather', arrow],
  ['.csv', csv],
  ['.tsv', csv],
  ['.json', json],
  ['.txt', text],
])

/** Names of the dumpers that can store what a shell can give. */
export const SETTABLE: readonly string[] = [...BY_NAME.keys()]

/** OPTION_INVALID where there is none, or where it stores what is no file. */
export function dumperNamed(name: string): AnyDumper {
  const dumper = BY_NAME.get(name)
  if (dumper === undefined) {
    throw usage(`--dumper ${JSON.stringify(name)} is not one of: ${SETTABLE.join(', ')}.`, 'dumper')
  }
  return dumper
}

export function dumperForFile(path: string): AnyDumper {
  return BY_EXTENSION.get(extname(path).toLowerCase()) ?? bytes
}

/** The content of a file as a value for `dumper`. VALUE_REJECTED where it is not of that format. */
export async function readAs(
  dumper: AnyDumper,
  source: RandomAccess,
  from: string,
  signal: AbortSignal,
): Promise<unknown> {
  const what = from === '-' ? 'Standard input' : from
  switch (dumper.name) {
    case 'ndarray':
    case 'npz':
    case 'dataframe':
    case 'arrow':
      return loaded(dumper, new SourceFolder(source, signal), what)
    case 'zarr':
      return loaded(ndarray, new SourceFolder(source, signal), what)
    case 'json':
    case 'clone':
      return parseJson(decode(await source.read(), what), what)
    case 'text':
      return decode(await source.read(), what)
    default:
      return source.read()
  }
}

/** The value of a JSON text, if it holds what the text says: a number that loses digits is VALUE_REJECTED. */
export function parseJson(source: string, what: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch (cause) {
    throw new DirdictError('VALUE_REJECTED', `${what} is not JSON: ${(cause as Error).message}`, { cause })
  }
  const lossy = lossyInteger(source)
  if (lossy !== undefined) {
    throw new DirdictError(
      'VALUE_REJECTED',
      `${what} holds the integer ${lossy}, which a number of JavaScript cannot hold exactly. Write it as a string.`,
    )
  }
  return value
}

async function loaded(dumper: AnyDumper, folder: SourceFolder, what: string): Promise<unknown> {
  try {
    return await dumper.load(folder, {}, {})
  } catch (error) {
    if (!isDirdictError(error, 'CORRUPT_ENTRY')) throw error
    throw new DirdictError(
      'VALUE_REJECTED',
      `${what} cannot be stored with ${dumper.name}: ${error.message}`,
      {
        dumper: dumper.name,
        cause: error,
      },
    )
  }
}

function decode(content: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch (cause) {
    throw new DirdictError('VALUE_REJECTED', `${what} is not UTF-8. --dumper bytes stores it as it is.`, {
      cause,
    })
  }
}

/** The first integer in a valid JSON text that would be changed. Strings are stepped over. */
function lossyInteger(source: string): string | undefined {
  for (const [token] of source.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)) {
    if (token.length < 16 || !/^-?\d+$/.test(token)) continue
    const number = Number(token)
    if (!Number.isFinite(number) || BigInt(number) !== BigInt(token)) return token
  }
  return undefined
}
