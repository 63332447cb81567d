/**
 * What the configuration files of a repository say, read as git reads them but without what they include.
 */
import { join } from 'node:path'
import type { Repository } from './git.js'
import { mask } from './history/secrets.js'
import { readIfThere } from './small-files.js'

/** URL of the remote that `branch` follows, else of origin, else of the first one, without secrets. */
export function readRemote({ commonDir }: Repository, branch: string | null): string | null {
  const urls = new Map<string, string>()
  let followed = ''
  for (const { section, name, key, value } of readConfig(join(commonDir, 'config'))) {
    if (section === 'remote' && key === 'url' && !urls.has(name)) urls.set(name, value)
    if (section === 'branch' && key === 'remote' && name === branch) followed = value
  }
  const url = urls.get(followed) ?? urls.get('origin') ?? [...urls.values()][0]
  return url === undefined ? null : mask(withoutCredentials(url))
}

/** `https://user:token@host/x?key` → `https://host/x`. The name `git` stays: it is how one logs in by SSH. */
export function withoutCredentials(url: string): string {
  if (!url.includes('://')) return url
  return url.replace(/[?#].*$/s, '').replace(/(:\/\/)(?!git@)[^/]*@/, '$1')
}

/** The settings of a configuration file of git, without what it includes. */
export function* readConfig(path: string): Generator<Record<'section' | 'name' | 'key' | 'value', string>> {
  let [section, name] = ['', '']
  for (const line of (readIfThere(path) ?? '').replace(/\\\r?\n/g, '').split('\n')) {
    const header = /^\s*\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line)
    if (header !== null) {
      section = (header[1] ?? '').toLowerCase()
      name = (header[2] ?? '').replace(/\\(.)/g, '$1')
    }
    const setting = line.slice(header?.[0].length ?? 0)
    const [, key, value = ''] = /^\s*([a-z][a-z0-9-]*)\s*=\s*(.*?)\s*$/i.exec(setting) ?? []
    if (key !== undefined) yield { section, name, key: key.toLowerCase(), value: plainValue(value) }
  }
}

/** A value as git reads it: comments cut off, quotes and escapes resolved. */
function plainValue(raw: string): string {
  return raw
    .replace(/("(?:[^"\\]|\\.)*"|\\.)|\s*[;#].*$/g, (_, kept: string | undefined) => kept ?? '')
    .replace(/\\(.)|"/g, (_, escaped: string | undefined) => escaped ?? '')
}
