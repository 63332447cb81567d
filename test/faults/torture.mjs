/**
 * Readers beside writers that are killed all the time: no torn read, no false KEY_NOT_FOUND, nobody sees time run
 * backwards, no acknowledged update is lost, nothing is left over. Prints a summary; fails where anything was wrong.
 *
 * `node torture.mjs [--seconds N | --operations N] [--seed S] [--writers N] [--readers N] [--durability relaxed]`
 */
import { fork } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { DataBase } from '../../dist/src/index.js'
import { pieces } from './children/pieces.mjs'
import { ALWAYS, FORMATS, seeded } from './children/torture-values.mjs'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string' },
    operations: { type: 'string' },
    seed: { type: 'string', default: '1' },
    writers: { type: 'string', default: '3' },
    readers: { type: 'string', default: '3' },
    durability: { type: 'string', default: 'relaxed' },
  },
})
const random = seeded(Number(options.seed))
const root = mkdtempSync(`${tmpdir()}/dirdict-torture-`)
chmodSync(root, 0o755)
const directory = `${root}/db`
const counts = { kills: 0, repairs: 0 }
const errors = []
const running = new Set()
let writes = 0
let reads = 0
let untilKill = 10
let stopping = false

const db = await DataBase.open(directory, { durability: 'relaxed', dumpers: [pieces] })
for (const key of ALWAYS) await db.set(key, FORMATS[key].make(1), FORMATS[key].dumper)
await new Promise(finished => {
  const end = options.seconds === undefined ? undefined : setTimeout(finished, Number(options.seconds) * 1000)
  const enough = Number(options.operations ?? (end === undefined ? 2000 : Number.POSITIVE_INFINITY))
  for (let i = 0; i < Number(options.writers); i++) startWriter(enough, finished)
  for (let i = 0; i < Number(options.readers); i++) startReader(i)
})
stopping = true
await Promise.all([...running].map(end))
await db.repair()
await checkEnd()
await db.close()
const left = ['work', 'locks', 'ready', 'trash'].flatMap(part =>
  readdirSync(`${directory}/.deleting.dirdict/${part}`).map(name => `${part}/${name}`),
)
if (left.length > 0) errors.push(`LEFT OVER: ${left}`)
rmSync(root, { recursive: true, force: true })
const summary = { seed: Number(options.seed), ...counts, errors: errors.length, first: errors.slice(0, 5) }
console.log(JSON.stringify(summary, null, 2))
process.exit(errors.length > 0 ? 1 : 0)

function startWriter(enough, finished) {
  const seed = Math.floor(random() * 1e9)
  const child = start('torture-writer.mjs', [directory, seed, options.durability], () =>
    startWriter(enough, finished),
  )
  child.on('message', ({ did }) => {
    if (did === undefined || stopping) return
    // Writers and readers take turns in the end: neither outlives the other.
    if (++writes >= enough && reads >= enough) finished()
    if (--untilKill > 0) return
    untilKill = 3 + Math.floor(random() * 40)
    killOne()
  })
  child.isWriter = true
}

/** Half of the readers are another user, who may write nothing. */
function startReader(index) {
  const other = process.getuid() === 0 && index % 2 === 1 ? { uid: 65534, gid: 65534 } : {}
  const child = start(
    'torture-reader.mjs',
    [directory, Math.floor(random() * 1e9)],
    () => startReader(index),
    other,
  )
  child.on('message', () => {
    reads++
  })
}

function start(program, args, again, user = {}) {
  const path = fileURLToPath(new URL(`children/${program}`, import.meta.url))
  const child = fork(path, args.map(String), { cwd: '/', ...user })
  running.add(child)
  child.on('message', ({ did, error }) => {
    if (did !== undefined) counts[did] = (counts[did] ?? 0) + 1
    if (error !== undefined) errors.push(error)
  })
  child.on('exit', (code, signal) => {
    running.delete(child)
    if (code !== null && code !== 0) errors.push(`${program} ended with ${code}`)
    if (signal !== null && signal !== 'SIGKILL') errors.push(`${program} ended by ${signal}`)
    if (!stopping) again()
  })
  return child
}

function killOne() {
  const writers = [...running].filter(child => child.isWriter)
  writers[Math.floor(random() * writers.length)]?.kill('SIGKILL')
  counts.kills++
  if (random() < 0.15) {
    counts.repairs++
    db.repair().catch(error => errors.push(`repair: ${error.stack}`))
  }
}

function end(child) {
  return new Promise(ended => {
    child.on('exit', ended)
    child.kill('SIGKILL')
  })
}

/** What was acknowledged is there, and no version was given twice. */
async function checkEnd() {
  for (const key of ALWAYS) {
    const text = readFileSync(`${directory}.acknowledged.${key}`, 'utf8')
    const versions = text.trim().split('\n').map(Number)
    const version = FORMATS[key].versionOf(await db.get(key, FORMATS[key].dumper))
    counts[`acknowledged ${key}`] = versions.length
    if (version < Math.max(...versions))
      errors.push(`LOST: ${key} is ${version}, ${Math.max(...versions)} was acknowledged`)
    if (new Set(versions).size < versions.length)
      errors.push(`LOST UPDATE: a version of ${key} was given twice`)
  }
}
