/**
 * Processes of many roles beside each other, which are killed, stopped and held up all the time. Each writes down what it
 * did and saw; a checker proves from that that nothing was torn, lost, or seen to go back. Prints a summary; fails where
 * anything was wrong, and then keeps the database and the histories.
 *
 * `npm run torture -- [--minutes N | --seconds N | --operations N] [--seed S] [--roles writer,reader]`
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { DataBase, shared } from '../../dist/src/index.js'
import { seeded } from './children/seeded.mjs'
import { checkHistory } from './torture/checker.mjs'
import { Company } from './torture/company.mjs'
import { readHistories } from './torture/histories.mjs'
import { BELOW, BOX, NOTED, STANDING, STORE } from './torture/keys.mjs'
import {
  fallenTowers,
  observe,
  observeFallen,
  observeList,
  observeNote,
  observeRows,
} from './torture/observe.mjs'
import { Recorder } from './torture/recorder.mjs'
import { storeOf } from './torture/roles/appender.mjs'
import { ROLES } from './torture/roles/index.mjs'
import { Troubles } from './torture/troubles.mjs'
import { formatOf, quartet } from './torture/values.mjs'

/** What has to lie in a service directory when nobody is there: nothing. Stamps stay for ten minutes. */
const SERVICE_PARTS = ['work', 'locks', 'ready', 'trash']
const MOST_SHOWN = 10

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seconds: { type: 'string' },
    operations: { type: 'string' },
    seed: { type: 'string', default: '1' },
    roles: { type: 'string', default: Object.keys(ROLES).join() },
  },
})
const seconds = options.minutes === undefined ? options.seconds : Number(options.minutes) * 60
const random = seeded(Number(options.seed))
const root = mkdtempSync(`${tmpdir()}/dirdict-torture-`)
const paths = { directory: `${root}/db`, history: `${root}/history` }
chmodSync(root, 0o755)
mkdirSync(paths.history)
chmodSync(paths.history, 0o777)

const actor = await openFirst()
const troubles = new Troubles(paths.directory, random)
const started = performance.now()
const company = await torture()
const tortured = Math.round((performance.now() - started) / 1000)
const repaired = await actor.db.repair()
await lookAtTheEnd()
await actor.db.close()
const wrong = [...company.wrong, ...leftOver(paths.directory)]

const { operations, wrong: recorded, events } = readHistories(paths.history)
wrong.push(...recorded, ...checkHistory(operations))
const summary = {
  seed: Number(options.seed),
  seconds: tortured,
  processes: company.started,
  kills: troubles.kills + troubles.readonlyKills,
  killsInSteps: troubles.noSteps ?? troubles.killsInSteps,
  stops: troubles.stops,
  stopsOfHolders: troubles.stopsOfHolders,
  clockSteps: company.jumps,
  timesOfFiles: troubles.timesOfFiles,
  threadsEnded: operations.filter(({ op }) => op === 'thread').length,
  blocked: operations.filter(({ blocked }) => blocked).length,
  steps: company.steps,
  operations: countBy(operations, ({ op }) => op),
  refused: countBy(
    operations.filter(({ failed }) => failed !== undefined),
    ({ op, failed }) => `${op} ${failed}`,
  ),
  unanswered: operations.filter(({ end }) => end === undefined).length,
  histories: readdirSync(paths.history).length,
  events,
  repairs: repaired.length,
  errors: wrong.length,
  first: wrong.slice(0, MOST_SHOWN),
  ...(wrong.length > 0 ? { kept: root } : {}),
}
if (wrong.length === 0) rmSync(root, { recursive: true, force: true })
console.log(JSON.stringify(summary, null, 2))
process.exit(wrong.length > 0 ? 1 : 0)

/** The database with what has to be there from the start. */
async function openFirst() {
  const db = await DataBase.open(paths.directory, {
    durability: 'relaxed',
    dumpers: [quartet],
    history: false,
  })
  const first = { db, recorder: new Recorder(`${paths.history}/0-first.jsonl`) }
  let id = 0
  const put = async (key, value, ...how) =>
    first.recorder.change({ op: 'set', key, id }, () => db.set(key, value, ...how))
  for (const key of STANDING) {
    const { dumper, options, make } = formatOf(key)
    id++
    await put(key, make({ key, id, version: 1 }), dumper, options)
  }
  id++
  await put(STORE, storeOf(id), shared)
  id++
  await put(NOTED, { key: NOTED, id, version: 1 }, quartet)
  id++
  const note = `${NOTED}#note`
  await first.recorder.change({ op: 'set', key: note, id }, () => db.annotate(NOTED, { attributes: { id } }))
  return first
}

/** Ends after so many seconds, or so many operations, of which every role has done some. */
async function torture() {
  let done = 0
  let company
  await new Promise(resolve => {
    if (seconds !== undefined) setTimeout(resolve, Number(seconds) * 1000)
    const enough = Number(options.operations ?? (seconds === undefined ? 10_000 : Number.POSITIVE_INFINITY))
    company = new Company(paths, options.roles.split(','), random, steps => {
      done += steps
      troubles.pass(company, steps)
      if (done >= enough && isComplete(company)) resolve()
    })
  })
  await troubles.end()
  await company.stop()
  return company
}

function isComplete({ steps }) {
  const { kills, killsInSteps, stops, timesOfFiles, noSteps } = troubles
  const befell = [kills, stops, timesOfFiles, ...(noSteps === undefined ? [killsInSteps] : [])]
  return Object.values(steps).every(count => count > 0) && befell.every(count => count > 0)
}

async function lookAtTheEnd() {
  for (const key of [...STANDING, ...BELOW]) await observe(actor, key)
  for (const key of await actor.db.keys())
    if (!STANDING.includes(key) && formatOf(key).dumper === quartet && key !== BOX) await observeIfValue(key)
  await observeList(actor)
  await observeNote(actor)
  await observeRows(actor)
  for (const tower of await fallenTowers(actor)) await observeFallen(actor, tower)
  if (await actor.db.has('tower')) await observeFallen(actor, 'tower')
  const { problems } = await actor.db.verify()
  for (const problem of problems) actor.recorder.wrong(`AT THE END: ${JSON.stringify(problem)}`)
}

async function observeIfValue(key) {
  const [entry] = await actor.db.find({ key })
  if (!['subdb', 'shared', 'folder'].includes(entry.dumper)) await observe(actor, key)
}

function leftOver(directory) {
  const found = []
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const parts = name.split('/')
    const at = parts.indexOf('.deleting.dirdict')
    if (at >= 0 && parts.length === at + 3 && SERVICE_PARTS.includes(parts[at + 1]))
      found.push(`LEFT OVER: ${name}`)
    if (at < 0 && parts.at(-1).startsWith('.deleting.')) found.push(`LEFT OVER: ${name}`)
  }
  return found
}

function countBy(operations, nameOf) {
  const counts = {}
  for (const operation of operations) counts[nameOf(operation)] = (counts[nameOf(operation)] ?? 0) + 1
  return counts
}
