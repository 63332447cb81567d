/**
 * Runs `children/operation.mjs` under strace, which kills it at its n-th file system call or lets that call fail.
 * Calls are counted for each thread by itself, from the moment the operation begins.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

const CHILD = new URL('children/operation.mjs', import.meta.url).href
/** Every call by which an operation changes the disk, or opens a file. */
const CALLS =
  'mkdir,rename,openat,write,pwrite64,writev,pwritev,fsync,fdatasync,rmdir,unlink,link,chmod,ftruncate'
/** A write to an eventfd. */
const WAKES = /^\d+, "\\1\\0/
/** Long past anything but a hang. */
const HANGS_MS = 40_000

/** The thread that runs JavaScript, or the ones that do what it does not wait for. */
export type Thread = 'main' | 'pool'

export interface Fault {
  readonly thread: Thread
  /** What strace is to do: `signal=SIGKILL`, `error=ENOSPC`. */
  readonly inject?: string
  /** The system call that is hit. */
  readonly calls?: string
  /** Which call of that name and of each thread is hit, from 1. */
  readonly when?: string
}

export interface Run {
  readonly acknowledged: boolean
  /** The code of the error that the operation gave, `NOT OURS` for one without a code. */
  readonly failure: { readonly code: string; readonly stack: string } | undefined
  readonly warnings: readonly string[]
  /** The process came to its end. */
  readonly survived: boolean
  /** System calls as strace shows them; the last one is where a kill hit. */
  readonly calls: readonly string[]
}

/** Why faults cannot be injected here, or undefined. */
export function noStrace(): string | undefined {
  if (process.platform !== 'linux') return 'strace is for Linux'
  const attempt = spawnSync('strace', ['-o', '/dev/null', '-e', 'inject=mkdir:signal=SIGKILL:when=1', 'true'])
  if (attempt.error !== undefined) return 'strace is not installed'
  return attempt.status === 0 ? undefined : `strace may not trace: ${attempt.stderr}`
}

export async function runWithFault(
  operation: string,
  directory: string,
  durability: string,
  fault: Fault,
): Promise<Run> {
  const program = `import(${JSON.stringify(CHILD)})`
  const child = spawn(process.execPath, ['-e', program, operation, directory, durability], {
    // One thread in the pool, so that its calls come in the same order each time.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    cwd: '/',
  })
  // Not `exit`: what the child said last may still be on its way then.
  const ended = once(child, 'close')
  const said = collect(child)
  const guard = setTimeout(() => child.kill('SIGKILL'), HANGS_MS)
  const output = `${directory}.trace`
  try {
    await said.ready
    const tracer = await attach(child, fault, output)
    child.stdin.write('go\n')
    await Promise.all([ended, tracer.ended])
    const [code] = (await ended) as [number | null]
    const words = said.lines
    if (code !== 0 && code !== null) throw new Error(`${operation} ended with ${code}: ${said.errors()}`)
    const failed = words.find(([what]) => what === 'failed' || what === 'close failed')
    if (code === null && !fault.inject?.startsWith('signal')) throw new Error(`${operation} hangs`)
    return {
      acknowledged: words.some(([what]) => what === 'acknowledged'),
      failure:
        failed === undefined ? undefined : { code: failed[1] ?? '', stack: failed[2] ?? failed[1] ?? '' },
      warnings: words.filter(([what]) => what === 'warning').map(([, text]) => text ?? ''),
      survived: code === 0,
      calls: readFileSync(output, 'utf8').split('\n').filter(isCall),
    }
  } finally {
    clearTimeout(guard)
    rmSync(output, { force: true })
  }
}

function collect(child: ChildProcess): { lines: string[][]; ready: Promise<void>; errors(): string } {
  const lines: string[][] = []
  let errors = ''
  child.stderr?.on('data', text => {
    errors += text
  })
  const ready = new Promise<void>((resolve, reject) => {
    child.on('exit', () => reject(new Error(`the child ended too early: ${errors}`)))
    createInterface({ input: child.stdout! }).on('line', line => {
      const words: string[] = JSON.parse(line)
      lines.push(words)
      if (words[0] === 'ready') resolve()
    })
  })
  return { lines, ready, errors: () => errors }
}

/** Resolves once strace sees the threads; the inner promise when it has ended. */
async function attach(
  child: ChildProcess,
  fault: Fault,
  output: string,
): Promise<{ ended: Promise<unknown> }> {
  const pid = String(child.pid)
  const threads = readdirSync(`/proc/${pid}/task`).filter(id => (id === pid) === (fault.thread === 'main'))
  const { calls = CALLS, inject: what } = fault
  const inject = what === undefined ? [] : ['-e', `inject=${calls}:${what}:when=${fault.when}`]
  const args = [
    '-o',
    output,
    '-s',
    '200',
    '-e',
    `trace=${CALLS}`,
    ...inject,
    ...threads.flatMap(id => ['-p', id]),
  ]
  const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(strace, 'exit')
  let text = ''
  await new Promise<void>((resolve, reject) => {
    strace.on('exit', () => reject(new Error(`strace ended: ${text}`)))
    strace.stderr.on('data', more => {
      text += more
      if (text.split(' attached').length > threads.length) resolve()
    })
  })
  return { ended }
}

/** One system call of a thread: the `when`-th of its kind. */
export interface Step {
  readonly thread: Thread
  readonly calls: string
  readonly when: string
}

/** Every call of a traced run as a place where a fault may hit, but for those by which threads wake each other. */
export function stepsIn(
  thread: Thread,
  calls: readonly string[],
  matters: (line: string) => boolean = () => true,
): Step[] {
  const counts = new Map<string, number>()
  const steps = new Map<string, Step>()
  for (const line of calls) {
    const [, id = '', name = '', rest = ''] = /^(\d*) *([a-z0-9]+)\((.*)/.exec(line) ?? []
    const when = (counts.get(`${id} ${name}`) ?? 0) + 1
    counts.set(`${id} ${name}`, when)
    if (!WAKES.test(rest) && matters(line))
      steps.set(`${name} ${when}`, { thread, calls: name, when: String(when) })
  }
  return [...steps.values()]
}

function isCall(line: string): boolean {
  return /^(\d+ +)?[a-z0-9]+\(/.test(line)
}
