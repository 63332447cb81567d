/**
 * folder: a directory of the user's own files, kept under a key. It is live: files come and go in place.
 */
import type { Dumper, LiveFolder, ReadRange, WriteData } from '../src/dumper.js'
import { DirdictError } from '../src/errors.js'

/** Names that make ISF take the folder for something else. */
const CONFUSING: ReadonlySet<string> = new Set([
  'db',
  'db_state.json',
  'sqlitedict.db',
  'object_meta.json',
  'Loader.pickle',
])

/** The handle of a managed folder. Throws STALE_HANDLE once the key holds something else. */
export interface ManagedFolder {
  /** Absolute path, for other programs. */
  readonly path: string
  /** All files, relative to `path`, sorted. */
  names(): Promise<string[]>
  /** A file's bytes, or a range of them. CORRUPT_ENTRY where it is missing. */
  read(file: string, range?: ReadRange): Promise<Uint8Array>
  /** Adds or replaces a file, atomically. READ_ONLY where the database was opened so. */
  write(file: string, data: string | WriteData): Promise<void>
  /** The path of the one file whose name ends with `suffix`; OPTION_INVALID where there are none or several. */
  file(suffix: string): Promise<string>
}

/** Files to begin with, by name. */
export type FolderFiles = Readonly<Record<string, string | Uint8Array>>

/** A folder of files; `null` makes an empty one. `get` gives a {@link ManagedFolder}. */
export const folder: Dumper<FolderFiles | null, ManagedFolder> = {
  name: 'folder',
  loader: 'just_create_folder',
  live: true,

  check(value) {
    return value === null || isFiles(value)
  },

  async dump(value, into) {
    if (value === null) return undefined
    if (!isFiles(value)) {
      throw new DirdictError(
        'VALUE_REJECTED',
        'folder stores null, or an object of strings and Uint8Arrays.',
        {
          dumper: 'folder',
        },
      )
    }
    for (const [name, data] of Object.entries(value)) {
      warnOfConfusion(name)
      await into.write(name, asData(data))
    }
    return undefined
  },

  async load(live: LiveFolder) {
    return new Handle(live)
  },
}

class Handle implements ManagedFolder {
  readonly #live: LiveFolder

  constructor(live: LiveFolder) {
    this.#live = live
  }

  get path(): string {
    return this.#live.path
  }

  async names(): Promise<string[]> {
    this.#live.assertCurrent()
    return this.#live.names()
  }

  async read(file: string, range?: ReadRange): Promise<Uint8Array> {
    this.#live.assertCurrent()
    return this.#live.read(file, range)
  }

  async write(file: string, data: string | WriteData): Promise<void> {
    this.#live.assertCurrent()
    warnOfConfusion(file)
    await this.#live.write(file, asData(data))
  }

  async file(suffix: string): Promise<string> {
    const found = (await this.names()).filter(name => name.endsWith(suffix))
    if (found.length === 1) return `${this.path}/${found[0]}`
    const what = found.length === 0 ? 'No file' : `${found.length} files (${found.slice(0, 3).join(', ')}…)`
    throw new DirdictError('OPTION_INVALID', `${what} in ${this.path} end with ${JSON.stringify(suffix)}.`, {
      path: this.path,
    })
  }
}

function isFiles(value: unknown): value is FolderFiles {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    Object.values(value).every(data => typeof data === 'string' || data instanceof Uint8Array)
  )
}

function asData(data: string | WriteData): WriteData {
  return typeof data === 'string' ? Buffer.from(data) : data
}

function warnOfConfusion(file: string): void {
  const top = file.split('/')[0] ?? file
  if (CONFUSING.has(top)) {
    process.emitWarning(
      `A file named ${top} in a managed folder makes Python's ISF take the folder for something else.`,
      {
        code: 'DIRDICT_CONFUSING_NAME',
      },
    )
  }
}
