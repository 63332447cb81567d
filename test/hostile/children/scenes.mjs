// Databases that a stranger has tampered with: what lies at one place is taken away, and something else put there.
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const SERVICE = '.deleting.dirdict'

/** A database with a value `k`, arrays `s` and `z`, and a nested database `sub`. */
export async function makeSound(path, { DataBase, array, shared, zarr }) {
  const db = await DataBase.open(path, { durability: 'relaxed' })
  await db.set('k', { a: 1 })
  await db.set('s', { voltage: array(new Float64Array(6), [3, 2]) }, shared)
  await db.set('z', array(new Float64Array(4)), zarr, { chunks: 2, compression: 'none' })
  await db.set('sub/inner', 'inner')
  await db.close()
}

/** Where something else is put. `dead` is the token of a process that has ended. */
export function places(dead) {
  return {
    'the state': 'db_state.json',
    'the service directory': SERVICE,
    ...Object.fromEntries(
      ['work', 'locks', 'ready', 'swaps', 'trash'].map(part => [part, `${SERVICE}/${part}`]),
    ),
    'a lock': `${SERVICE}/locks/k`,
    'the owner of a lock': `${SERVICE}/locks/k/${dead}`,
    'a committed value': `${SERVICE}/ready/k`,
    'a stamp': `${SERVICE}/swaps/k`,
    'what was replaced': `${SERVICE}/trash/${dead}`,
    'an entry that was replaced': `${SERVICE}/trash/${dead}/old-0badcafe.k`,
    'what was staged': `${SERVICE}/work/${dead}`,
    'an index': `${SERVICE}/index-${process.geteuid()}.json`,
    'an announcement': `.deleting.${dead}`,
    'an entry': 'k',
    'a loader': 'k/Loader.json',
    'a record': 'k/dirdict.json',
    'metadata of Python': 'k/metadata.json',
    'a file': 'k/value.json',
    'an array': 'z/obj.zarr',
    'metadata of an array': 'z/obj.zarr/.zarray',
    'a chunk': 'z/obj.zarr/0',
    'a shared array': 's/voltage__3_2__float64',
    'a nested database': 'sub/db',
    'the state of a nested database': 'sub/db/db_state.json',
    'a nested entry': 'sub/db/inner',
    'a nested service directory': `sub/db/${SERVICE}`,
    'the trash of a nested database': `sub/db/${SERVICE}/trash`,
  }
}

/** What is put there. */
export function things(canary) {
  const node =
    (...type) =>
    path =>
      execFileSync('mknod', [path, ...type])
  return {
    'a link to a directory': path => symlinkSync(canary, path),
    'a link to a folder': path => symlinkSync(`${canary}/folder`, path),
    'a link to an entry': path => symlinkSync(`${canary}/k`, path),
    'a link to a file': path => symlinkSync(`${canary}/value.json`, path),
    // Stands for the root of the file system: what follows the link must not come upon the machine's own.
    'a link to a root': path => symlinkSync(`${canary}/root`, path),
    'a link to itself': path => symlinkSync(path, path),
    'a link to nothing': path => symlinkSync(`${canary}/nothing`, path),
    'a link to a device': path => symlinkSync(`${canary}/root/dev/zero`, path),
    'an empty file': path => writeFileSync(path, ''),
    'an empty directory': path => mkdirSync(path),
    'a directory that holds one': path => mkdirSync(`${path}/inside`, { recursive: true }),
    'a FIFO': node('p'),
    'an endless device': node('c', '1', '5'),
    'a full device': node('c', '1', '7'),
    'a disk': node('b', '7', '200'),
    'a file of NUL bytes': path => writeFileSync(path, new Uint8Array(70_000)),
    'a file that is closed to all': path => {
      writeFileSync(path, '{}')
      chmodSync(path, 0)
    },
  }
}

/** A copy of the database `sound` at `path`, with `put` at `place`. */
export function tamper(sound, path, place, put) {
  rmSync(path, { recursive: true, force: true })
  cpSync(sound, path, { recursive: true })
  rmSync(`${path}/${place}`, { recursive: true, force: true })
  mkdirSync(dirname(`${path}/${place}`), { recursive: true })
  put(`${path}/${place}`)
}
