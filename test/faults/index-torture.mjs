/**
 * Writers and searches beside each other, all of them killed again and again: after each round the search by index finds
 * what the search by records finds. Prints a summary; fails where anything was wrong.
 *
 * `node index-torture.mjs [--rounds N] [--seed S] [--writers N] [--margin MS]`
 *
 * The margin is how old a change has to be to be told from a later one: short, so that indices answer alone all the
 * time, but longer than a tick of the clock of the disk.
 */
import { fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { DataBase } from '../../dist/src/index.js'
import { factsOf, factsScanned } from './children/index-search.mjs'
import { seeded } from './children/seeded.mjs'

const CHILD = fileURLToPath(new URL('children/index-writer.mjs', import.meta.url))
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    writers: { type: 'string', default: '8' },
    margin: { type: 'string', default: '30' },
  },
})
/** Rounds go on until each of these was done. */
const KINDS = ['annotate', 'set', 'delete', 'rename', 'nested set', 'find']
const random = seeded(Number(options.seed))
const margin = Number(options.margin)
const root = mkdtempSync(`${tmpdir()}/dirdict-index-`)
const directory = `${root}/db`
const counts = { rounds: 0, kills: 0, comparisons: 0, alone: 0 }
const errors = []
const running = new Set()
let untilKill = 20
let waiting
let onlyAnnotates = false
let isStopped = false
let isEnding = false

const db = await DataBase.open(directory, { durability: 'relaxed' })
await fill()
for (let i = 0; i < Number(options.writers); i++) start()
for (; counts.rounds < Number(options.rounds) || KINDS.some(kind => !counts[kind]); counts.rounds++) {
  onlyAnnotates = random() < 0.5
  for (const child of running) child.send({ onlyAnnotates })
  await someActions(60 + Math.floor(random() * 100))
  if (random() < 0.3) await db.repair()
  await stopAll()
  // Three searches race; each may find another state of the index, and each has to find what the records say.
  const [scanned, ...found] = await Promise.all([
    factsScanned(directory),
    ...[1, 2, 3].map(() => factsOf(directory, margin)),
  ])
  for (const one of found) compare(one, scanned)
  compare(await factsOf(directory, margin), scanned)
  if (answersAlone()) counts.alone++
  isStopped = false
  for (const child of running) child.kill('SIGCONT')
}
isEnding = true
for (const child of running) child.kill('SIGKILL')
await db.close()
rmSync(root, { recursive: true, force: true })
console.log(
  JSON.stringify({ ...options, ...counts, errors: errors.length, first: errors.slice(0, 5) }, null, 2),
)
process.exit(errors.length > 0 ? 1 : 0)

/** Plain copies of one record: more keys than are searched without an index. */
async function fill() {
  await db.set('sample', 1)
  const files = ['Loader.json', 'dirdict.json', 'value.json'].map(name => [
    name,
    readFileSync(`${directory}/sample/${name}`),
  ])
  for (let i = 0; i < 1200; i++) {
    const entry = `${directory}/k${String(i).padStart(4, '0')}`
    mkdirSync(entry)
    for (const [name, data] of files) writeFileSync(`${entry}/${name}`, data)
  }
}

function start() {
  const child = fork(CHILD, [directory, Math.floor(random() * 1e9), margin].map(String), { cwd: '/' })
  running.add(child)
  if (isStopped) child.kill('SIGSTOP')
  child.send({ onlyAnnotates })
  child.on('error', error => {
    // A message to one that was just killed.
    if (!/EPIPE|ERR_IPC_CHANNEL_CLOSED/.test(error.code)) errors.push(error.stack)
  })
  child.on('message', ({ did, error }) => {
    if (did !== undefined) {
      counts[did] = (counts[did] ?? 0) + 1
      waiting?.()
    }
    if (error !== undefined) errors.push(error)
  })
  child.on('exit', (code, signal) => {
    running.delete(child)
    if (signal !== 'SIGKILL') errors.push(`a writer ended with ${code ?? signal}`)
    if (!isEnding) start()
  })
}

/** Lets the writers do so much, killing one of them now and then. */
async function someActions(count) {
  for (let i = 0; i < count; i++) {
    await new Promise(done => {
      waiting = done
    })
    if (--untilKill > 0) continue
    untilKill = 5 + Math.floor(random() * 30)
    const children = [...running]
    children[Math.floor(random() * children.length)]?.kill('SIGKILL')
    counts.kills++
  }
}

/** A signal is on its way for a moment, and a writer that takes the place of a killed one may start meanwhile. */
async function stopAll() {
  isStopped = true
  for (;;) {
    const moving = [...running].filter(({ pid }) => !/^[TZ]/.test(stateOf(pid)))
    if (moving.length === 0) return
    for (const child of moving) child.kill('SIGSTOP')
    await nextTurn()
  }
}

function stateOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '')
  } catch {
    return 'Z'
  }
}

function compare(found, scanned) {
  counts.comparisons++
  const known = new Set(scanned)
  const wrong = found.filter(one => !known.has(one))
  if (wrong.length > 0 || found.length !== scanned.length || found.some((one, i) => one !== scanned[i])) {
    errors.push(
      `round ${counts.rounds}: ${found.length} found, ${scanned.length} there; wrong: ${wrong.slice(0, 3)}`,
    )
  }
}

function answersAlone() {
  const file = `${directory}/.deleting.dirdict/index-${process.geteuid()}.json`
  return JSON.parse(readFileSync(file, 'utf8').split('\n', 1)[0]).settled
}
