// A tree that lies outside of every database, and what no operation on one may change about it: names, inodes, lengths,
// and the times of reading, writing and changing.
import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'

const FOLDERS = [
  '',
  '/folder',
  '/folder/deep',
  '/k',
  '/k/db',
  '/old-0badcafe.k',
  '/swaps',
  '/ready/k',
  '/locks/k',
  '/root/bin',
  '/root/dev',
  '/root/usr/bin',
  '/empty',
]
const FILES = ['Loader.json', 'dirdict.json', 'metadata.json', 'value.json', 'db_state.json', 'a file']

export class Canary {
  #path
  #items
  #before

  /** Few names in each directory, and those of an entry, so that it could be taken for one; a root with a device. */
  constructor(path) {
    this.#path = path
    for (const folder of FOLDERS) {
      mkdirSync(path + folder, { recursive: true })
      if (folder !== '/empty')
        for (const file of FILES) writeFileSync(`${path}${folder}/${file}`, '"precious"')
    }
    execFileSync('mknod', [`${path}/root/dev/zero`, 'c', '1', '5'])
    this.#items = this.#names()
    this.#settle()
  }

  /** What has changed since it was asked last; a directory that was only listed is among it. */
  changes() {
    const now = this.#picture()
    const changed = Object.keys(now).filter(item => now[item] !== this.#before[item])
    const names = this.#names()
    const strange = names.filter(item => !this.#items.includes(item))
    this.#items = names
    this.#settle()
    return [...changed, ...strange]
  }

  #names() {
    return ['.', ...readdirSync(this.#path, { recursive: true }).sort()]
  }

  /** Old times: where the system notes only the first read after a change, as `relatime` does, that one shows. */
  #settle() {
    for (const item of this.#items) {
      if (lstatSync(`${this.#path}/${item}`, { throwIfNoEntry: false }) !== undefined)
        utimesSync(`${this.#path}/${item}`, 1_000, 2_000)
    }
    this.#before = this.#picture()
  }

  #picture() {
    return Object.fromEntries(this.#items.map(item => [item, looks(`${this.#path}/${item}`)]))
  }
}

function looks(path) {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return 'gone'
  return [stats.ino, stats.nlink, stats.size, stats.mode, stats.atimeMs, stats.mtimeMs, stats.ctimeMs].join(
    ' ',
  )
}
