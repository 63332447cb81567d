// Runs every operation on tampered databases, and tells the outcomes: one line of JSON for each database.
// Arguments: the package, a folder, and the numbers of the scenes; all of them where none is given.
import { rmSync } from 'node:fs'
import { Canary } from './canary.mjs'
import { READING, run, WRITING } from './operations.mjs'
import { makeSound, places, tamper, things } from './scenes.mjs'

const [url, folder, dead, ...chosen] = process.argv.slice(2)
const dirdict = await import(url)
const canary = new Canary(`${folder}/canary`)
const sound = `${folder}/sound`
const unhandled = []
process.on('unhandledRejection', error => unhandled.push(String(error?.stack ?? error)))
process.removeAllListeners('warning')
await makeSound(sound, dirdict)

/** For an owner of a lock that has no token, writers wait a minute. */
const LONG = 'a directory that holds one in place of a lock'
const scenes = Object.entries(places(dead))
  .flatMap(([place, path]) =>
    Object.entries(things(`${folder}/canary`)).map(([thing, put]) => ({
      name: `${thing} in place of ${place}`,
      path,
      put,
    })),
  )
  .filter(({ name }) => name !== LONG)
const other = await dirdict.DataBase.open(`${folder}/other`, { durability: 'relaxed' })
let made = 0
const paths = []
for (const number of chosen.length > 0 ? chosen : scenes.keys()) {
  const { name, path, put } = scenes[Number(number) % scenes.length]
  const once = `${folder}/db${made++}`
  tamper(sound, once, path, put)
  const reading = await run(dirdict, READING, { make: () => once, other, readonly: true })
  const untouched = canary.changes()
  const make = () => {
    const fresh = `${folder}/db${made++}`
    tamper(sound, fresh, path, put)
    paths.push(fresh)
    return fresh
  }
  const writing = await run(dirdict, WRITING, { make, other, readonly: false })
  await other.delete('database')
  for (const used of [once, ...paths.splice(0)]) rmSync(used, { recursive: true, force: true })
  const changes = [...untouched.map(item => `${item}, by reading`), ...canary.changes()]
  console.log(JSON.stringify({ name, path, reading, writing, changes, unhandled: unhandled.splice(0) }))
}
await other.close()
console.log(JSON.stringify({ scenes: scenes.length, memory: process.resourceUsage().maxRSS * 1024 }))
