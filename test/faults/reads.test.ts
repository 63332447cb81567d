/**
 * The system refuses one call of a question: the answer is the right one, or an error that says what the disk did; never
 * a key that is there and is said to be missing.
 */
import { rmSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { questions } from './children/questions.mjs'
import { Copies } from './copies.js'
import type { Scene } from './scene.js'
import { isOn, LOOKS, noStrace, type Run, runWithFault, type Step, stepsIn } from './strace.js'
import { each, sample, Table } from './sweep.js'

/** What a call that looks at the disk may fail with. */
const FAILURES: Readonly<Record<string, readonly string[]>> = {
  openat: ['EIO', 'EMFILE', 'ENFILE', 'EINTR'],
  statx: ['EIO', 'ENOMEM'],
  access: ['EIO'],
  getdents64: ['EIO', 'ENOMEM'],
  read: ['EIO', 'EINTR'],
  pread64: ['EIO', 'EINTR'],
}

interface Failure extends Step {
  readonly error: string
}

const reason = noStrace()
const table = new Table('failed in')
const copies = new Copies('reads')
const content = { states: ['array=1 key=1 nest/key=1'], writable: 'key' }

describe.skipIf(reason !== undefined)(`a reader whose system calls fail (${reason ?? 'strace'})`, () => {
  for (const operation of Object.keys(questions)) {
    it(`answers rightly or says IO_FAILED: ${operation}`, async () => {
      const scene: Scene = { ...content, operation }
      const { answer, failures } = await withoutFailure(scene)
      await each(sample(failures, 60, 2), failure => askWith(scene, failure, answer))
    }, 1_800_000)
  }

  afterAll(() => {
    table.print()
    copies.removeAll()
  })
})

async function withoutFailure(scene: Scene): Promise<{ answer: string; failures: readonly Failure[] }> {
  const directory = await copies.of(scene)
  const run = await runWithFault(scene.operation, directory, 'relaxed', { thread: 'all', traced: LOOKS })
  const steps = stepsIn(run, isOn(directory))
  for (const { thread } of steps) table.count(scene.operation, `calls (${thread})`)
  rmSync(directory, { recursive: true })
  const failures = steps.flatMap(step => (FAILURES[step.calls] ?? []).map(error => ({ ...step, error })))
  return { answer: answerOf(run), failures }
}

async function askWith(scene: Scene, failure: Failure, answer: string): Promise<void> {
  const directory = await copies.of(scene)
  const inject = `error=${failure.error}`
  const fault = { ...failure, traced: LOOKS, inject }
  const run = await runWithFault(scene.operation, directory, 'relaxed', fault)
  const hit = run.calls.find(line => line.includes('INJECTED'))
  if (run.failure !== undefined) expect(run.failure.code, `${hit} ${run.failure.stack}`).toBe('IO_FAILED')
  else expect(answerOf(run), hit).toBe(answer)
  table.count(scene.operation, run.failure === undefined ? 'right answer' : run.failure.code)
  rmSync(directory, { recursive: true })
}

/** The warmed-up answer comes first. */
function answerOf(run: Run): string {
  const [, answer] = run.answers.at(-1) ?? []
  if (run.answers.length !== 2 || answer === undefined) throw new Error(`no answer: ${run.failure?.stack}`)
  return answer
}
