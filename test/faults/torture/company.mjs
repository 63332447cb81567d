/** All processes of a run: starts them, starts them again when they were killed, and ends them. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ROLES } from './roles/index.mjs'

const ACTOR = fileURLToPath(new URL('actor.mjs', import.meta.url))
const CLOCK = new URL('clock.mjs', import.meta.url).href
/** Long past anything but a hang. */
const HANGS_MS = 120_000
/** One process in so many has a clock that jumps. */
const JUMPY = 4

export class Company {
  started = 0
  /** Steps that were told, by role. */
  steps = {}
  jumps = 0
  wrong = []
  running = new Set()
  #paths
  #random
  #onSteps
  #stopping = false

  constructor(paths, roles, random, onSteps) {
    this.#paths = paths
    this.#random = random
    this.#onSteps = onSteps
    for (const role of roles) {
      this.steps[role] = 0
      for (let i = 0; i < ROLES[role].processes; i++) this.#start(role)
    }
  }

  /** Processes that change the database. */
  get writers() {
    return [...this.running].filter(({ role }) => !ROLES[role].readonly)
  }

  /** Ends all of them, some by a kill, the others when they have done what they are doing. */
  async stop() {
    this.#stopping = true
    await Promise.all([...this.running].map(actor => this.#end(actor)))
  }

  #start(role) {
    const serial = ++this.started
    const { directory, history } = this.#paths
    const args = [role, directory, history, serial, Math.floor(this.#random() * 1e9)].map(String)
    const other = ROLES[role].other && process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {}
    const execArgv = serial % JUMPY === 0 ? ['--import', CLOCK] : []
    const child = fork(ACTOR, args, {
      cwd: '/',
      execArgv,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      ...other,
    })
    const actor = { role, child, ready: false, said: '', ended: false }
    this.running.add(actor)
    child.stderr.on('data', text => {
      actor.said += text
    })
    child.on('message', message => this.#hear(actor, message))
    child.on('close', (code, signal) => this.#ended(actor, code, signal))
  }

  #hear(actor, { ready, did = 0, jumped }) {
    if (ready) actor.ready = true
    if (jumped) this.jumps++
    this.steps[actor.role] += did
    if (did > 0 && !this.#stopping) this.#onSteps(did)
  }

  #ended(actor, code, signal) {
    actor.ended = true
    this.running.delete(actor)
    if (signal !== 'SIGKILL' && code !== 0)
      this.wrong.push(`${actor.role} ended with ${code ?? signal}: ${actor.said}`)
    else if (actor.said !== '') this.wrong.push(`${actor.role} said: ${actor.said}`)
    actor.onEnd?.()
    if (!this.#stopping) this.#start(actor.role)
  }

  async #end(actor) {
    const ended = new Promise(resolve => {
      actor.onEnd = resolve
    })
    const hangs = setTimeout(() => {
      this.wrong.push(`${actor.role} HANGS: it did not end within ${HANGS_MS / 1000} s`)
      actor.child.kill('SIGKILL')
    }, HANGS_MS)
    if (this.#random() < 0.5) actor.child.kill('SIGKILL')
    // Killed a moment ago, it hears nothing.
    else if (actor.child.connected) actor.child.send('stop', () => {})
    await ended
    clearTimeout(hangs)
  }
}
