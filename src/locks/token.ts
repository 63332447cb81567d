/**
 * Tokens name the thread that holds a lock or owns a work directory, so that another process on the same machine
 * can tell whether it is still alive: `<boot id>-<pid namespace>.<pid>.<start time>.<thread>.<random>`.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { threadId } from 'node:worker_threads'
import { systemCode } from '../errors.js'

/** Whether this system shows its processes in /proc. */
export const PROCFS: boolean = existsSync('/proc/self/fd')

let space: string | undefined
let self: string | undefined
let counter = 0
let salt = ''

/** A new name that nobody has used before. */
export function newToken(): string {
  self ??= identify()
  // Random bytes are drawn once in 4,096 tokens: drawing them costs as much as a mkdir.
  if (counter % 4096 === 0) salt = randomBytes(6).toString('hex')
  return `${self}.${salt}${(counter++ % 4096).toString(16).padStart(3, '0')}`
}

/** Whether the thread that made this token has certainly ended. Silence alone never proves it. */
export function isDead(token: string): boolean {
  const [where, pidText, start, thread] = token.split('.')
  const pid = Number(pidText)
  if (where !== machineSpace() || !Number.isInteger(pid) || pid <= 0) return false
  const signalled = probe(pid)
  if (signalled === 'absent') return true
  if (!PROCFS || thread === undefined) return false
  const task = thread === '0' ? `/proc/${pid}/stat` : `/proc/${pid}/task/${thread}/stat`
  const stat = readStat(task)
  if (stat !== undefined) return stat.start !== start || stat.state === 'Z' || stat.state === 'X'
  // The thread is not there. With hidepid another user's process looks the same; of our own we are sure.
  return probe(pid) === 'absent' || (signalled === 'ours' && readStat(`/proc/${pid}/stat`) !== undefined)
}

/** Whether this token was made on this machine since it started, in this namespace of process ids. */
export function isLocal(token: string): boolean {
  return token.split('.')[0] === machineSpace()
}

/** Whether this token was made on another machine, or on this one before it was last started. */
export function isOfAnotherBoot(token: string): boolean {
  const boot = token.split('-')[0]
  return /^[0-9a-f]{8}$/.test(boot ?? '') && boot !== machineSpace().split('-')[0]
}

/** The token's owner in words, for messages. */
export function describeOwner(token: string): string {
  const pid = token.split('.')[1] ?? 'unknown'
  return isLocal(token)
    ? `process ${pid} on this machine`
    : `process ${pid} on another machine or in a container`
}

function machineSpace(): string {
  space ??= PROCFS ? linuxSpace() : `${hash(hostname())}-0`
  return space
}

function linuxSpace(): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
  return `${boot}-${readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')}`
}

function identify(): string {
  if (!PROCFS) return `${machineSpace()}.${process.pid}.0.${threadId}`
  const task = readlinkSync('/proc/thread-self')
  const thread = task.slice(task.lastIndexOf('/') + 1)
  const stat = readStat(`/proc/${process.pid}/task/${thread}/stat`)
  if (stat === undefined) return `${machineSpace()}.${process.pid}.0.0`
  return `${machineSpace()}.${process.pid}.${stat.start}.${thread}`
}

function probe(pid: number): 'ours' | 'foreign' | 'absent' {
  try {
    process.kill(pid, 0)
    return 'ours'
  } catch (error) {
    return systemCode(error) === 'ESRCH' ? 'absent' : 'foreign'
  }
}

/** State and start time, fields 3 and 22 of proc(5)'s stat; undefined where it cannot be read. */
function readStat(path: string): { state: string; start: string } | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (systemCode(error) !== undefined) return undefined
    throw error
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', start: fields[19] ?? '' }
}

function hash(text: string): string {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return (value >>> 0).toString(16).padStart(8, '0')
}
