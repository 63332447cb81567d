// Mounts the directory `outside` somewhere in a database, and removes what can be removed there. Runs in a mount namespace of
// its own, so that what is mounted goes with it. Prints the outcomes.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'

const [url, folder, outside, dead, where] = process.argv.slice(2)
const { DataBase, isDirdictError } = await import(url)
process.removeAllListeners('warning')
const SERVICE = '.deleting.dirdict'
const places = {
  'in a value': 'k/folder',
  'in a nested database': 'sub/db/inner/folder',
  'in place of a nested database': 'sub/db',
  'in the trash': `${SERVICE}/trash/${dead}/old-0badcafe.k/folder`,
  'in place of what was replaced': `${SERVICE}/trash/${dead}`,
  'in what was staged': `${SERVICE}/work/${dead}/new/folder`,
  'in place of the trash': `${SERVICE}/trash`,
  'of the database in itself': 'sub/db/inner/database',
}

const outcomes = {}
let made = 0
for (const [name, operation] of Object.entries({
  delete: db => db.delete('k'),
  'delete of a nested database': db => db.delete('sub'),
  'set over it': db => db.set('k', 'new'),
  repair: db => db.repair(),
  'copy of a nested database': db => db.copy('sub', db, 'copied'),
  verify: db => db.verify(),
  keys: db => db.keys({ recurse: true }),
  find: db => db.find({ dumper: 'json' }),
  tree: db => db.tree(),
  remove: db => db.remove(),
})) {
  const path = `${folder}/db${made++}`
  const db = await DataBase.open(path, { durability: 'relaxed' })
  await db.set('k', 1)
  await db.set('sub/inner', 1)
  await db.close()
  const place = `${path}/${places[where]}`
  mkdirSync(place, { recursive: true })
  execFileSync('mount', ['--bind', where === 'of the database in itself' ? path : outside, place])
  try {
    const again = await DataBase.open(path, { durability: 'relaxed' })
    try {
      await operation(again)
      outcomes[name] = 'ok'
    } finally {
      await again.close()
    }
  } catch (error) {
    outcomes[name] = isDirdictError(error) ? `${error.code}: ${error.message}` : `raw ${error.stack}`
  }
}
console.log(JSON.stringify(outcomes))
