/**
 * What befalls the processes of a run: kills at any moment, kills in the middle of a step (strace makes them at a system
 * call), stops of whoever holds a lock, and times of files that are not what they were.
 */
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, utimesSync } from 'node:fs'

/** The steps of everything that changes the database. */
const STEPS = ['rename', 'mkdir', 'rmdir', 'unlink', 'openat', 'write', 'close']
/** A stop is tried again until somebody holds a lock, but not for ever. */
const MOST_LOOKS = 200
const HOUR_S = 3600

export class Troubles {
  kills = 0
  killsInSteps = 0
  stops = 0
  stopsOfHolders = 0
  timesOfFiles = 0
  readonlyKills = 0
  #company
  #service
  #random
  #untilNext = 30
  #looks = 0
  #stopped = new Map()
  #isOver = false
  /** Who is traced, each with the end of his strace. */
  #traced = new Map()
  #traces = canTrace()

  constructor(directory, random) {
    this.#service = `${directory}/.deleting.dirdict`
    this.#random = random
  }

  /** Why no process is killed in the middle of a step; undefined where it can be. */
  get noSteps() {
    return this.#traces ? undefined : 'strace is not installed, or may not trace'
  }

  /** Called with the number of operations that were done since. */
  pass(company, operations) {
    if (this.#isOver) return
    this.#company = company
    if (this.#looks > 0) this.#stopHolder()
    this.#untilNext -= operations
    if (this.#untilNext > 0) return
    this.#untilNext = 30 + Math.floor(this.#random() * 200)
    const choice = this.#random()
    if (choice < 0.4) this.#kill()
    else if (choice < 0.7) this.#killInStep()
    else if (choice < 0.8) this.#looks = MOST_LOOKS
    else if (choice < 0.9) this.#shiftTimes()
    else this.#killReader()
  }

  /** Nobody is stopped or traced any more. Whoever was traced is dead: strace may wait for him for ever. */
  async end() {
    this.#isOver = true
    for (const actor of this.#stopped.keys()) this.#resume(actor)
    for (const { child } of this.#traced.keys()) child.kill('SIGKILL')
    await Promise.all(this.#traced.values())
  }

  #kill() {
    const actor = this.#one(this.#company.writers)
    if (actor === undefined) return
    actor.killed = true
    actor.child.kill('SIGKILL')
    this.kills++
  }

  #killReader() {
    const actor = this.#one([...this.#company.running].filter(({ role }) => /reader/i.test(role)))
    if (actor === undefined) return
    actor.child.kill('SIGKILL')
    this.readonlyKills++
  }

  /** Some call of a kind, counted from now on, is the last thing that the process does. */
  #killInStep() {
    const actor = this.#one(this.#company.writers.filter(one => !this.#traced.has(one)))
    if (actor === undefined || !this.#traces || this.#traced.size >= 2) return
    const call = STEPS[Math.floor(this.#random() * STEPS.length)]
    const when = 1 + Math.floor(this.#random() * 60)
    const inject = `inject=${call}:signal=SIGKILL:when=${when}`
    const args = ['-f', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject, '-p', String(actor.child.pid)]
    const tracer = spawn('strace', args, { stdio: 'ignore' })
    this.#traced.set(actor, new Promise(resolve => tracer.on('exit', resolve)))
    actor.child.on('exit', () => {
      tracer.kill('SIGKILL')
      this.#traced.delete(actor)
      if (!this.#isOver && !actor.killed) this.killsInSteps++
    })
  }

  /** Whoever holds a lock stands still for seconds, longer than a sign of life may take, and goes on as if nothing was. */
  #stopHolder() {
    const actor = --this.#looks === 0 ? this.#one(this.#company.writers) : this.#holder()
    if (actor === undefined || this.#stopped.has(actor)) return
    if (this.#looks > 0) this.stopsOfHolders++
    this.#looks = 0
    this.stops++
    actor.child.kill('SIGSTOP')
    const forMs = this.#random() < 0.3 ? 5500 + this.#random() * 1500 : 500 + this.#random() * 2500
    this.#stopped.set(
      actor,
      setTimeout(() => this.#resume(actor), forMs),
    )
  }

  #resume(actor) {
    clearTimeout(this.#stopped.get(actor))
    this.#stopped.delete(actor)
    actor.child.kill('SIGCONT')
  }

  #holder() {
    for (const name of namesIn(`${this.#service}/locks`)) {
      for (const token of namesIn(`${this.#service}/locks/${name}`)) {
        const pid = Number(token.split('.')[1])
        const actor = this.#company.writers.find(({ child }) => child.pid === pid)
        if (actor !== undefined) return actor
      }
    }
    return undefined
  }

  /** As a file server does whose clock is not ours. */
  #shiftTimes() {
    const [part, inner] = this.#random() < 0.5 ? ['swaps', false] : ['locks', true]
    for (const name of namesIn(`${this.#service}/${part}`)) {
      const path = `${this.#service}/${part}/${name}`
      const time = Date.now() / 1000 + (this.#random() < 0.5 ? HOUR_S : -HOUR_S)
      for (const file of inner ? namesIn(path).map(token => `${path}/${token}`) : [path]) {
        try {
          utimesSync(file, time, time)
          this.timesOfFiles++
        } catch (error) {
          if (error.code !== 'ENOENT') throw error
        }
      }
    }
  }

  #one(actors) {
    const able = actors.filter(actor => actor.ready && !actor.ended && !this.#stopped.has(actor))
    return able[Math.floor(this.#random() * able.length)]
  }
}

function namesIn(path) {
  try {
    return readdirSync(path)
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  }
}

function canTrace() {
  const args = ['-o', '/dev/null', '-e', 'inject=mkdir:signal=SIGKILL:when=1', 'true']
  return spawnSync('strace', args, { stdio: 'ignore' }).status === 0
}
