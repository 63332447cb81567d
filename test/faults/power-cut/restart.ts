/**
 * The disk as it is found when the machine was started anew: a crash state as real files, written before the start by
 * processes of another boot.
 */
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { uptime } from 'node:os'
import type { Content, Tree } from './crash-states.js'

/** The power was off for a while. */
const OFF_S = 3_600
const OTHER_BOOT = 'deadbeef-'
const THIS_BOOT = new RegExp(`${bootId()}-`, 'g')

/** Writes a tree into `path`, which is made. `started`: the time that becomes that of the cut. */
export function layOut(tree: Tree, path: string, started: number): void {
  const before = Date.now() / 1000 - uptime() - OFF_S
  layOutAt(tree, path, time => before + Math.min(0, time - started), before)
}

function layOutAt(tree: Tree, path: string, shifted: (time: number) => number, before: number): void {
  mkdirSync(path)
  for (const [name, item] of tree) {
    const below = `${path}/${name.replace(THIS_BOOT, OTHER_BOOT)}`
    if (isTree(item)) layOutAt(item, below, shifted, before)
    else writeContent(item, below, shifted)
  }
  utimesSync(path, before, before)
}

function writeContent({ bytes, modified }: Content, path: string, shifted: (time: number) => number): void {
  writeFileSync(path, bytes)
  const time = shifted(modified)
  utimesSync(path, time, time)
}

function isTree(item: Tree | Content): item is Tree {
  return item instanceof Map
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
}
