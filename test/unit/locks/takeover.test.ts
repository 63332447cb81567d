/**
 * A lock that is taken away while its holder publishes, at every step: what the new owner did stands, and the old
 * one gets LOCK_LOST.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatabaseDirectory } from '../../../src/entry/database-directory.js'
import { removeEntry } from '../../../src/entry/move.js'
import { ABSENT, readPinned } from '../../../src/entry/pin.js'
import { Draft } from '../../../src/entry/publish.js'
import { emptyTrash } from '../../../src/entry/trash.js'
import { newToken } from '../../../src/locks/token.js'

/** A publish takes fewer steps than this. */
const MOST_STEPS = 40
const OPTIONS = { durable: false, syncNames: true, overwrite: true }

/** Runs `disturb` at the n-th look at a path after the lock was taken: between any two steps of a publish. */
class Disturbed extends DatabaseDirectory {
  disturb: (() => void) | undefined
  remaining = 0

  override entry(name: string): string {
    return this.#step(super.entry(name))
  }

  override readyEntry(name: string): string {
    return this.#step(super.readyEntry(name))
  }

  override stamp(name: string): string {
    return this.#step(super.stamp(name))
  }

  override work(name: string): string {
    return this.#step(super.work(name))
  }

  override trash(token: string): string {
    return this.#step(super.trash(token))
  }

  override async sync(path?: string): Promise<void> {
    this.#step('')
    await super.sync(path)
  }

  #step(path: string): string {
    const { disturb } = this
    if (disturb === undefined || ownersIn(this.path).length === 0 || --this.remaining > 0) return path
    this.disturb = undefined
    disturb()
    return path
  }
}

let directory: string

beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/dirdict-takeover-`)
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

const thieves = {
  'sets the key': (): void => thiefSets('thief'),
  'deletes the key': (): void => thiefDeletes(),
  'has committed its swap and goes no further': (): void => thiefSets('thief', true),
}

describe.each(['fresh', 'present'])('publishing a key that is %s', before => {
  it.each(Object.entries(thieves))('fails once another %s', async (_, thief) => {
    for (let step = 1; step <= MOST_STEPS; step++) {
      const outcome = await disturbed(step, before === 'present', thief, holder => publish(holder, 'holder'))
      if (outcome === undefined) return expect(step).toBeGreaterThan(3)
      expect(outcome.error, `step ${step}`).toMatchObject({ code: 'LOCK_LOST' })
      expect(outcome.after, `step ${step}`).toBe(outcome.thiefSaw)
    }
    throw new Error('the publish never came to its end undisturbed')
  })
})

describe('deleting a key', () => {
  it('fails once another sets the key', async () => {
    for (let step = 1; step <= MOST_STEPS; step++) {
      const remove = (holder: DatabaseDirectory): Promise<unknown> => removeEntry(holder, 'k', OPTIONS)
      const outcome = await disturbed(step, true, () => thiefSets('thief'), remove)
      if (outcome === undefined) return expect(step).toBeGreaterThan(3)
      expect(outcome.error, `step ${step}`).toMatchObject({ code: 'LOCK_LOST' })
      expect(outcome.after, `step ${step}`).toBe('thief')
    }
    throw new Error('the deletion never came to its end undisturbed')
  })
})

/** One run with the takeover at `step`; undefined where it ended before. */
async function disturbed(
  step: number,
  present: boolean,
  thief: () => void,
  action: (holder: DatabaseDirectory) => Promise<unknown>,
): Promise<{ error: unknown; thiefSaw: string; after: string } | undefined> {
  rmSync(directory, { recursive: true })
  mkdirSync(directory)
  const holder = new Disturbed(directory)
  if (present) await publish(holder, 'before')
  let robbed = false
  holder.remaining = step
  holder.disturb = () => {
    robbed = true
    thief()
  }
  const error = await action(holder).then(
    () => undefined,
    failure => failure,
  )
  holder.disturb = undefined
  await emptyTrash(holder)
  if (!robbed) {
    expect(error).toBeUndefined()
    return undefined
  }
  const reader = new DatabaseDirectory(directory)
  return { error, thiefSaw: lastSeen, after: await storedIn(reader) }
}

async function publish(holder: DatabaseDirectory, value: string): Promise<void> {
  const draft = new Draft(holder, 'k', 'k', { durable: false })
  await draft.folder.write('value', Buffer.from(value))
  draft.folder.writeRecord('Loader.json', '{}')
  try {
    await draft.publish(OPTIONS)
  } finally {
    draft.discard()
  }
}

async function storedIn(reader: DatabaseDirectory): Promise<string> {
  const value = await readPinned(reader, 'k', base => readFileSync(`${base}/value`, 'utf8'))
  return value === ABSENT ? 'absent' : value
}

/** What whoever took the lock would read after it. */
let lastSeen = ''

/** Takes the lock as one does after its owner's silence; the path of the new holder's directory. */
function takeLock(): string {
  const lock = `${service()}/locks/k`
  const [owner] = readdirSync(lock)
  const mine = `${lock}/${newToken()}`
  renameSync(`${lock}/${owner}`, mine)
  if (existsSync(`${service()}/ready/k`)) finishSwap(mine)
  return mine
}

function thiefSets(value: string, pauses = false): void {
  const mine = takeLock()
  const staged = `${mine}/staged`
  mkdirSync(staged)
  writeFileSync(`${staged}/value`, value)
  writeFileSync(`${staged}/Loader.json`, '{}')
  lastSeen = value
  if (!existsSync(`${directory}/k`)) renameSync(staged, `${directory}/k`)
  else {
    writeFileSync(`${service()}/swaps/k`, newToken())
    renameSync(staged, `${service()}/ready/k`)
    if (pauses) {
      lastSeen = readFileSync(`${directory}/k/value`, 'utf8')
      return
    }
    finishSwap(mine)
  }
  giveBack(mine)
}

function thiefDeletes(): void {
  const mine = takeLock()
  if (existsSync(`${directory}/k`)) renameSync(`${directory}/k`, `${mine}/deleted`)
  lastSeen = 'absent'
  giveBack(mine)
}

function finishSwap(mine: string): void {
  if (existsSync(`${directory}/k`)) renameSync(`${directory}/k`, `${mine}/old-${newToken()}`)
  renameSync(`${service()}/ready/k`, `${directory}/k`)
}

function giveBack(mine: string): void {
  renameSync(mine, `${service()}/trash/${newToken()}`)
}

function service(): string {
  return `${directory}/.deleting.dirdict`
}

function ownersIn(path: string): string[] {
  const lock = `${path}/.deleting.dirdict/locks/k`
  return existsSync(lock) ? readdirSync(lock) : []
}
