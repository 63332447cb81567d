/**
 * memo: a function whose results are stored, each under the hash of the arguments it came from. Many processes that call
 * it with the same arguments calculate once.
 */
import type { Dictionary } from './dictionary.js'
import { isDumper } from './dumper-table.js'
import { DirdictError } from './errors.js'
import { type Key, writableParts } from './keys.js'
import { type HashedArguments, hashArguments } from './memo/hash.js'
import { stampOf, type Version } from './memo/version.js'
import { NO_DUMPER, type SetOptions, splitSetOptions, wrongOption } from './options.js'

/** Options of `memo`, beside those of its dumper. */
export interface MemoOptions extends Omit<SetOptions, 'overwrite'> {
  /**
   * What results depend on besides the arguments. `'commit'`: the commit of the running code, at each call; OPTION_INVALID
   * where there is none, where files differ from it, and where that is not known, since such results would later be taken
   * for those of the commit. `'text'`: the text of the function, though not of those that it calls, nor the variables that it
   * sees. Any other string or number: a version of your own, to be changed with the code.
   *
   * @default none: by the arguments alone
   */
  readonly version?: string | number
}

/** A function whose results are stored. */
export interface Memo<Args extends readonly unknown[], Out> {
  /**
   * The stored result of these arguments; where there is none, the function calculates it and it is stored. Arguments are
   * not to be changed until then. VALUE_REJECTED, with its path, for an argument that has no stable hash; READ_ONLY.
   */
  (...args: Args): Promise<Out>
  /** The key under which the result of these arguments lies, or would lie. */
  key(...args: Args): Promise<string>
  /** Removes the result of these arguments; false where there was none. */
  forget(...args: Args): Promise<boolean>
}

/** Characters of the arguments that are recorded as attributes. */
const LONGEST_RECORD = 1_000

/** The memo of `fn` in the nested database `name`. */
export function memoised(
  dictionary: Dictionary,
  name: Key,
  fn: (...args: never[]) => unknown,
  second: object | undefined,
  third: object = {},
): Memo<readonly unknown[], unknown> {
  const [dumper, given] = isDumper(second) ? [second, third] : [undefined, second ?? {}]
  const { version, ...options }: { readonly version?: Version } & SetOptions = given
  const parts = writableParts(name)
  if (typeof fn !== 'function') throw wrongOption('fn', 'a function')
  if (options.overwrite !== undefined) throw wrongOption('overwrite', 'left out: results are never replaced')
  refuseOwnAttribute(splitSetOptions(dumper ?? NO_DUMPER, options).own)
  const stamp = stampOf(version, fn, dictionary.session.source)
  const hashed = async (args: readonly unknown[]): Promise<HashedArguments> =>
    hashArguments(await stamp(), args, options.signal)
  const call = fn as (...args: readonly unknown[]) => unknown

  async function remember(...args: readonly unknown[]): Promise<unknown> {
    const { hash, sizes } = await hashed(args)
    const memo = {
      name: parts.join('/'),
      ...(version === undefined ? {} : { version }),
      arguments: recorded(dictionary, args, sizes),
    }
    const attributes = { ...options.attributes, memo }
    const set = { ...options, attributes }
    return dumper === undefined
      ? dictionary.maybeCalculate([...parts, hash], () => call(...args), set)
      : dictionary.maybeCalculate([...parts, hash], () => call(...args), dumper, set)
  }

  async function key(...args: readonly unknown[]): Promise<string> {
    return [...parts, (await hashed(args)).hash].join('/')
  }

  async function forget(...args: readonly unknown[]): Promise<boolean> {
    const { signal, timeout } = options
    const wait = { ...(signal && { signal }), ...(timeout !== undefined && { timeout }) }
    return dictionary.delete([...parts, (await hashed(args)).hash], wait)
  }

  return Object.assign(remember, { key, forget })
}

/** Arguments by their position, those that are small plain JSON: `find` can look for them. */
function recorded(
  { session }: Dictionary,
  args: readonly unknown[],
  sizes: readonly number[],
): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  let room = LONGEST_RECORD
  for (const [index, argument] of args.entries()) {
    if (sizes[index]! > LONGEST_RECORD || !session.dumpers.forName('json')?.check(argument)) continue
    const { length } = JSON.stringify(argument)
    if (length > room) continue
    room -= length
    found[index] = argument
  }
  return found
}

function refuseOwnAttribute({ attributes }: SetOptions): void {
  if (attributes === undefined || !Object.hasOwn(attributes, 'memo')) return
  throw new DirdictError(
    'OPTION_INVALID',
    'The attribute memo is written by the memo itself: name yours otherwise.',
    {
      option: 'attributes',
    },
  )
}
