/**
 * A memo in many processes: one calculates, the others get its result or its error, and its death is no obstacle.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DataBase } from '../../src/index.js'

const PROGRAM = fileURLToPath(new URL('memo-client.mjs', import.meta.url))

interface Answer {
  readonly value?: { readonly by: number; readonly sum: number }
  readonly failure?: { readonly code: string; readonly message: string }
}

let home: string
let clients: Client[]

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dirdict-memo-'))
  clients = []
})
afterEach(async () => {
  await Promise.all(clients.map(client => client.kill()))
  rmSync(home, { recursive: true, force: true })
})

describe('8 processes with the same arguments', () => {
  it('calculate once, and all get the result', async () => {
    await start(8)
    const answers = clients.map(client => client.call('value'))
    const first = await Promise.race(clients.map(client => client.event('calculating').then(() => client)))
    await untilOthersWait(first)
    first.say('go on')
    expect(await Promise.all(answers)).toEqual(Array(8).fill({ value: { by: first.pid, sum: 6 } }))
    expect(notes()).toEqual([first.pid])
  })

  it('all get its error, which is not stored', async () => {
    await start(8)
    const answers = clients.map(client => client.call('fail'))
    const first = await Promise.race(clients.map(client => client.event('calculating').then(() => client)))
    await untilOthersWait(first)
    first.say('go on')
    for (const [index, answer] of (await Promise.all(answers)).entries()) {
      const failure = clients[index] === first ? {} : { code: 'CALCULATION_FAILED' }
      expect(answer).toMatchObject({
        failure: { ...failure, message: expect.stringContaining('no such run') },
      })
    }
    expect(notes()).toEqual([first.pid])
    const db = await DataBase.open(join(home, 'db'), { readonly: true })
    expect(await (await db.sub('run')).keys()).toEqual([])
    await db.close()
  })

  it('calculate again where the one that calculated was killed', async () => {
    await start(8)
    const answers = clients.map(client => client.call('value'))
    // Listened for from the beginning: the second begins as soon as the first is dead.
    const calculating = clients.map(client => client.event('calculating').then(() => client))
    const first = await Promise.race(calculating)
    await untilOthersWait(first)
    await first.kill()
    const second = await Promise.race(calculating.filter((_, index) => clients[index] !== first))
    second.say('go on')
    const got = await Promise.all(answers.filter((_, index) => clients[index] !== first))
    expect(got).toEqual(Array(7).fill({ value: { by: second.pid, sum: 6 } }))
    expect(notes()).toEqual([first.pid, second.pid])
  })
})

it('processes with different arguments do not wait for each other', async () => {
  const [a, b] = await start(2)
  const answers = [a!.call('one'), b!.call('two')]
  // Both are inside at the same time.
  await Promise.all([a!.event('calculating'), b!.event('calculating')])
  a!.say('go on')
  b!.say('go on')
  expect(await Promise.all(answers)).toMatchObject([{ value: { by: a!.pid } }, { value: { by: b!.pid } }])
})

it('a later process gets the result, calculating nothing', async () => {
  const [a] = await start(1)
  const answer = a!.call('value')
  await a!.event('calculating')
  a!.say('go on')
  await answer
  await a!.kill()
  const [b] = await start(1)
  expect(await b!.call('value')).toEqual({ value: { by: a!.pid, sum: 6 } })
  expect(notes()).toEqual([a!.pid])
})

class Client {
  readonly #process: ChildProcess

  constructor() {
    this.#process = fork(PROGRAM, [join(home, 'db'), join(home, 'notes')])
  }

  get pid(): number {
    return this.#process.pid!
  }

  /** Calls the memo with `outcome` as one of its arguments. */
  async call(outcome: string): Promise<Answer> {
    const answer = this.event('answer')
    this.#process.send({ call: 'run', outcome })
    const { event: _, ...rest } = await answer
    return rest
  }

  say(call: 'go on' | 'ping'): void {
    this.#process.send({ call })
  }

  /** Resolves with the next message of this name; never, where the process is killed before. */
  event(name: string): Promise<Answer & { event: string }> {
    return new Promise(resolve => {
      const listen = (message: unknown): void => {
        const { event } = message as { event: string }
        if (event !== name) return
        this.#process.off('message', listen)
        resolve(message as Answer & { event: string })
      }
      this.#process.on('message', listen)
    })
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }
}

async function start(count: number): Promise<Client[]> {
  clients = Array.from({ length: count }, () => new Client())
  await Promise.all(clients.map(client => client.event('ready')))
  return clients
}

/** Until all others contend for the lock, and have looked at who holds it. */
async function untilOthersWait(first: Client): Promise<void> {
  const work = join(home, 'db/run/db/.deleting.dirdict/work')
  for (const client of clients) {
    while (client !== first && !readdirSync(work).some(name => name.includes(`.${client.pid}.`))) {
      await new Promise(resolve => setImmediate(resolve))
    }
    const here = client.event('here')
    client.say('ping')
    await here
  }
}

/** The processes that calculated. */
function notes(): number[] {
  return readFileSync(join(home, 'notes'), 'utf8').trim().split('\n').map(Number)
}
