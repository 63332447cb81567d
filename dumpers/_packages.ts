/**
 * Heavy packages, imported when a value needs them and not before: apache-arrow alone doubles the start-up time.
 * A package that is not installed becomes MISSING_PACKAGE, with the command that installs it.
 */
import { DirdictError } from '../src/errors.js'

/** The name of a package that dumpers import lazily. */
export type LazyPackage = 'apache-arrow' | 'papaparse' | 'parquet-wasm' | 'yauzl' | 'zarrita'

/** The ranges that the dumpers were tested with. */
export const PACKAGE_RANGES: Readonly<Record<LazyPackage, string>> = {
  'apache-arrow': '^21.2.0',
  papaparse: '^5.7.1',
  'parquet-wasm': '^0.8.0',
  yauzl: '^3.4.0',
  zarrita: '^0.7.5',
}

/**
 * Imports a package. The specifier is said twice because bundlers and TypeScript follow only a literal one.
 *
 * @example
 * `const arrow = await importPackage('apache-arrow', () => import('apache-arrow'))`
 */
export async function importPackage<T>(name: LazyPackage, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    if (!isMissing(cause, name)) throw cause
    throw new DirdictError(
      'MISSING_PACKAGE',
      `The package ${name} is needed for this value and is not installed. Run: npm install ${name}@${PACKAGE_RANGES[name]}`,
      { package: name, cause },
    )
  }
}

/** Only the package itself: where one of its own dependencies is missing, installing it again would not help. */
function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  if (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'MODULE_NOT_FOUND') return false
  return /^Cannot find (?:package|module) '([^']+)'/.exec(error.message)?.[1] === name
}
