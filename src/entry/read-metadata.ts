/**
 * Metadata out of whichever record an entry has: ours, ISF's, or what the files themselves tell.
 * Records may come from strangers, so every member is checked before it is believed.
 */
import { lstatSync, readdirSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { CodeHistory, GitState, Host, Metadata, Runtime, Script } from '../metadata.js'
import { readTextSync } from './raw-files.js'
import { type EntryRecord, historyOf, isObject } from './record-files.js'
import { GONE, hasCode, NO_FILE } from './system-errors.js'

/** ISF rewrites metadata.json in place; a reader beside it sees torn JSON for about this long. */
const TORN_MS = 50

/** What our own record says. With `base`, the entry's directory, the code that ran is read too. */
export function fromRecord(key: string, record: EntryRecord, loader: string | null, base?: string): Metadata {
  const { provenance } = record
  return {
    key,
    dumper: record.dumper,
    loader,
    time: date(provenance.time) ?? new Date(0),
    git: gitState(provenance.git),
    modules: strings(provenance.modules),
    host: host(provenance.host),
    runtime: runtime(provenance.runtime),
    script: script(provenance.script),
    history: base === undefined ? null : historyOf(provenance.history, base, key),
    attributes: isObject(provenance.attributes) ? provenance.attributes : {},
    tags: Array.isArray(provenance.tags) ? provenance.tags.filter(tag => typeof tag === 'string') : [],
    note: text(provenance.note),
    annotated: date(provenance.annotated) ?? null,
    files: record.files,
    inferred: provenance.inferred === true,
  }
}

/** What ISF's metadata.json says, or the files where it is missing or broken. */
export async function fromFiles(
  base: string,
  key: string,
  dumper: string,
  loader: string | null,
): Promise<Metadata> {
  const content = await readIsfMetadata(base)
  const inferred = content === undefined || content.metadata_creation_time === 'post_hoc'
  const commit = text(content?.['full-revisionid'])
  const hostname = text(content?.hostname)?.trim()
  return {
    key,
    dumper,
    loader,
    time: tupleDate(content?.time) ?? newestFile(base),
    git: commit
      ? {
          commit,
          branch: branch(content?.version),
          dirty: flag(content?.dirty),
          remote: null,
          checkedAt: null,
        }
      : null,
    modules: strings(content?.module_versions),
    host: hostname ? { name: hostname, platform: null, arch: null, user: null } : null,
    runtime: content === undefined ? null : { name: 'python', version: null, dirdict: null },
    script: null,
    history: isfHistory(text(content?.history)),
    attributes: {},
    tags: [],
    note: null,
    annotated: null,
    files: [],
    inferred,
  }
}

/** ISF keeps one text, and not how it came by it. */
function isfHistory(code: string | null): CodeHistory | null {
  return code === null
    ? null
    : { kind: 'unknown', source: 'isf', complete: false, cells: [{ n: null, code }] }
}

async function readIsfMetadata(base: string): Promise<Record<string, unknown> | undefined> {
  const deadline = performance.now() + TORN_MS
  for (;;) {
    try {
      const value: unknown = JSON.parse(readTextSync(`${base}/metadata.json`, 16 * 1024 * 1024))
      return isObject(value) ? value : undefined
    } catch (error) {
      // Absent, absurdly long, a link or a directory: there is nothing to wait for.
      if (hasCode(error, GONE) || hasCode(error, NO_FILE) || error instanceof RangeError) return undefined
      if (!(error instanceof SyntaxError)) throw error
      if (performance.now() > deadline) return undefined
      await pause(5)
    }
  }
}

function newestFile(base: string): Date {
  let newest = 0
  for (const item of readdirSync(base)) {
    newest = Math.max(newest, lstatSync(`${base}/${item}`, { throwIfNoEntry: false })?.mtimeMs ?? 0)
  }
  return new Date(newest || (statSync(base, { throwIfNoEntry: false })?.mtimeMs ?? 0))
}

function tupleDate(value: unknown): Date | undefined {
  if (!Array.isArray(value) || value.length < 6 || !value.every(part => typeof part === 'number'))
    return undefined
  const [year, month, day, hour, minute, second] = value as number[]
  const time = new Date(Date.UTC(year!, month! - 1, day!, hour!, minute!, second!))
  return Number.isNaN(time.getTime()) ? undefined : time
}

function branch(version: unknown): string | null {
  return typeof version === 'string' && version.startsWith('heads/') ? version.slice('heads/'.length) : null
}

function date(value: unknown): Date | undefined {
  const time = typeof value === 'string' ? new Date(value) : undefined
  return time === undefined || Number.isNaN(time.getTime()) ? undefined : time
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function flag(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null
}

function strings(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )
}

function gitState(value: unknown): GitState | null {
  if (!isObject(value) || typeof value.commit !== 'string') return null
  return {
    commit: value.commit,
    branch: text(value.branch),
    dirty: flag(value.dirty),
    remote: text(value.remote),
    checkedAt: date(value.checkedAt) ?? null,
  }
}

function host(value: unknown): Host | null {
  if (!isObject(value) || typeof value.name !== 'string') return null
  return { name: value.name, platform: text(value.platform), arch: text(value.arch), user: text(value.user) }
}

function runtime(value: unknown): Runtime | null {
  if (!isObject(value) || typeof value.name !== 'string') return null
  return { name: value.name, version: text(value.version), dirdict: text(value.dirdict) }
}

function script(value: unknown): Script | null {
  if (!isObject(value) || typeof value.path !== 'string' || typeof value.sha256 !== 'string') return null
  return { path: value.path, sha256: value.sha256 }
}
