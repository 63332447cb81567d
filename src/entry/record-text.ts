/**
 * What the records of an entry say, as text: dirdict.json in our words, metadata.json in ISF's. The part that does not
 * change between sets is serialised once, and what may be long is encoded once.
 */
import type { LoaderArguments } from '../dumper.js'
import type { CodeHistory, FileRecord, Provenance } from '../metadata.js'
import { HISTORY_FILE } from './file-names.js'

/** Version of dirdict.json. */
export const FORMAT = 1
/** Characters of a history up to which it is part of dirdict.json. */
const LONGEST_HISTORY = 1024

/** What the user adds to the record. */
export interface Annotations {
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
  readonly tags?: readonly string[] | undefined
  readonly note?: string | undefined
  /** False: the code that ran is not recorded. */
  readonly history?: boolean | undefined
}

/** dirdict.json as text. */
export function recordText(
  dumper: string,
  args: LoaderArguments,
  files: readonly FileRecord[],
  provenance: Provenance,
  annotations: Annotations,
  time: Date,
): string {
  const tags = annotations.tags === undefined ? '' : `,"tags":${JSON.stringify(annotations.tags)}`
  const attributes =
    annotations.attributes === undefined ? '' : `,"attributes":${JSON.stringify(annotations.attributes)}`
  const note = annotations.note === undefined ? '' : `,"note":${JSON.stringify(annotations.note)}`
  return (
    `{"format":${FORMAT},"dumper":${JSON.stringify(dumper)},"arguments":${JSON.stringify(args)},` +
    `"files":${JSON.stringify(files)},"provenance":{"time":"${time.toISOString()}"${tags}${attributes}${note},` +
    `${rendered(provenance).ours}}}`
  )
}

/** The text of metadata.json in two pieces: ISF's members and nothing else. The second may be long. */
export function isfMetadata(isfDumper: string, provenance: Provenance, time: Date): [string, Buffer] {
  const { isf } = rendered(provenance)
  return [`{"dumper": ${JSON.stringify(isfDumper)}, "time": ${JSON.stringify(timeTuple(time))}, `, isf]
}

interface Rendered {
  readonly ours: string
  /** The end of metadata.json, which has the whole history. */
  readonly isf: Buffer
  /** The history, where it has a file of its own. */
  readonly long: Buffer | undefined
}

/** Provenance is the same object as long as nothing has changed; its text is made once. */
const texts = new WeakMap<Provenance, Rendered>()

export function rendered(provenance: Provenance): Rendered {
  let text = texts.get(provenance)
  if (text === undefined) {
    const { history, ...rest } = provenance
    const { told, long } = toldHistory(history)
    text = {
      ours: members({ ...rest, history: told }),
      isf: Buffer.from(`${members(isfMembers(provenance))}}`),
      long: long === undefined ? undefined : Buffer.from(long),
    }
    texts.set(provenance, text)
  }
  return text
}

/** A history as dirdict.json tells it; a long one only says what it is, and has a file of its own. */
export function toldHistory(history: CodeHistory | null): { told: unknown; long: string | undefined } {
  const whole = history === null ? '' : JSON.stringify(history)
  if (history === null || whole.length <= LONGEST_HISTORY) return { told: history, long: undefined }
  const { cells, ...facts } = history
  return { told: { ...facts, cells: cells.length, file: HISTORY_FILE }, long: whole }
}

const withoutHistories = new WeakMap<Provenance, Provenance>()

export function withoutHistory(provenance: Provenance): Provenance {
  if (provenance.history === null) return provenance
  let without = withoutHistories.get(provenance)
  if (without === undefined) {
    without = Object.freeze({ ...provenance, history: null })
    withoutHistories.set(provenance, without)
  }
  return without
}

function members(value: object): string {
  return JSON.stringify(value).slice(1, -1)
}

function isfMembers(provenance: Provenance): Record<string, unknown> {
  const { git, error, modules, lockFile, host, history } = provenance
  return {
    module_list: lockFile,
    module_versions: modules,
    history: history === null ? null : history.cells.map(({ code }) => code).join('\n'),
    hostname: host.name,
    metadata_creation_time: 'together_with_new_key',
    version:
      git === null ? '0+unknown' : git.branch === null ? git.commit.slice(0, 7) : `heads/${git.branch}`,
    'full-revisionid': git?.commit ?? null,
    dirty: git?.dirty ?? null,
    error,
  }
}

/** Python's `time.struct_time` in UTC, as ISF writes it: Monday is day 0, summer time is not known. */
function timeTuple(time: Date): number[] {
  const year = time.getUTCFullYear()
  const dayOfYear = Math.floor((time.getTime() - Date.UTC(year, 0, 1)) / 86_400_000) + 1
  return [
    year,
    time.getUTCMonth() + 1,
    time.getUTCDate(),
    time.getUTCHours(),
    time.getUTCMinutes(),
    time.getUTCSeconds(),
    (time.getUTCDay() + 6) % 7,
    dayOfYear,
    -1,
  ]
}
