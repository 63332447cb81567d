/**
 * Another process with the same database: what it is asked to do, the events it reports, its end.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { OpenOptions } from '../../src/index.js'

const PROGRAM = fileURLToPath(new URL('children/client.mjs', import.meta.url))

interface Message {
  readonly id?: number
  readonly result?: unknown
  readonly failure?: { code?: string; name: string; message: string; stack: string }
  readonly event?: string
}

/** A user other than the one who runs the tests. */
export interface User {
  readonly uid: number
  readonly gid: number
}

export class Client {
  readonly #process: ChildProcess
  readonly #pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  readonly #events: string[] = []
  readonly #listeners: (() => void)[] = []
  #calls = 0

  constructor(user?: User) {
    this.#process = fork(PROGRAM, { cwd: '/', stdio: ['ignore', 'inherit', 'inherit', 'ipc'], ...user })
    this.#process.on('message', message => this.#receive(message as Message))
    this.#process.on('exit', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('the process ended'))
    })
  }

  /** A process that has opened the database in `directory`. */
  static async open(directory: string, options: OpenOptions = {}, user?: User): Promise<Client> {
    const client = new Client(user)
    await client.call('open', directory, options)
    return client
  }

  static many(count: number, directory: string): Promise<Client[]> {
    return Promise.all(Array.from({ length: count }, () => Client.open(directory)))
  }

  get pid(): number {
    return this.#process.pid!
  }

  /** What the process answers; its errors with their code and its own stack. */
  call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    const id = this.#calls++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      this.#process.send({ id, call: name, args })
    })
  }

  /** Resolves once the process has reported `event`. */
  async event(event: string): Promise<void> {
    while (!this.#events.includes(event)) await new Promise<void>(resolve => this.#listeners.push(resolve))
    this.#events.splice(this.#events.indexOf(event), 1)
  }

  hasReported(event: string): boolean {
    return this.#events.includes(event)
  }

  /** `go on` or `stop`: words that have no answer. */
  say(word: 'go on' | 'stop'): void {
    this.#process.send({ call: word })
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }

  #receive({ id, result, failure, event }: Message): void {
    if (event !== undefined) {
      this.#events.push(event)
      for (const resolve of this.#listeners.splice(0)) resolve()
    }
    if (id === undefined) return
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (failure === undefined) pending?.resolve(result)
    else pending?.reject(Object.assign(new Error(failure.message), failure))
  }
}
