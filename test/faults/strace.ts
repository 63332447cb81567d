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
const CHANGES =
  'mkdir,rename,openat,write,pwrite64,writev,pwritev,fsync,fdatasync,rmdir,unlink,link,symlink,chmod,fchmod,ftruncate,copy_file_range,sendfile'
/** Every call by which one looks at the disk; openat is among the others. */
export const LOOKS = 'openat,statx,newfstatat,access,readlink,getdents64,read,pread64'
/** A write to an eventfd, or a read of one. */
const WAKES = /^\d+<anon_inode:/
/** Long past anything but a hang. */
const HANGS_MS = 40_000

/** The thread that runs JavaScript, or the ones that do what it does not wait for. */
type Thread = 'main' | 'pool'

export interface Fault {
  readonly thread: Thread | 'all'
  /** The calls that are shown. @default those that change the disk */
  readonly traced?: string
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
  /** What the operation itself told of things that it could not do. */
  readonly reported: readonly string[]
  /** What else it said. */
  readonly answers: readonly (readonly string[])[]
  /** The process came to its end. */
  readonly survived: boolean
  /** Of the thread that runs JavaScript. */
  readonly pid: number
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
      warnings: textsOf(words, 'warning'),
      reported: textsOf(words, 'reported'),
      answers: words.filter(([what]) => what === 'answer'),
      pid: child.pid ?? 0,
      survived: code === 0,
      calls: readFileSync(output, 'utf8')
        .split('\n')
        .filter(line => CALL.test(line)),
    }
  } finally {
    clearTimeout(guard)
    rmSync(output, { force: true })
  }
}

function textsOf(words: readonly string[][], kind: string): readonly string[] {
  return words.filter(([what]) => what === kind).map(([, text]) => text ?? '')
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
  const threads = readdirSync(`/proc/${pid}/task`).filter(
    id => fault.thread === 'all' || (id === pid) === (fault.thread === 'main'),
  )
  const { traced = CHANGES, calls = traced, inject: what } = fault
  const inject = what === undefined ? [] : ['-e', `inject=${calls}:${what}:when=${fault.when}`]
  const args = [
    '-o',
    output,
    '-y',
    '-s',
    '200',
    '-e',
    `trace=${traced}`,
    ...inject,
    ...threads.flatMap(id => ['-p', id]),
  ]
  return tracing(args, threads.length)
}

/** Starts strace on a process; resolves once it has told of so many threads, the inner promise when it has ended. */
export async function tracing(
  args: readonly string[],
  threads: number,
): Promise<{ ended: Promise<unknown> }> {
  const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(strace, 'exit')
  let text = ''
  await new Promise<void>((resolve, reject) => {
    strace.on('exit', () => reject(new Error(`strace ended: ${text}`)))
    strace.stderr.on('data', more => {
      text += more
      if (text.split(' attached').length > threads) resolve()
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

/**
 * Every call of a run whose threads were `all` traced, as a place where a fault may hit, but for those by which threads
 * wake each other.
 */
export function stepsIn(run: Run, matters: (line: string) => boolean = () => true): Step[] {
  const counts = new Map<string, number>()
  const steps = new Map<string, Step>()
  for (const line of run.calls) {
    const [, id, name = '', rest = ''] = CALL.exec(line) ?? []
    const when = (counts.get(`${id} ${name}`) ?? 0) + 1
    counts.set(`${id} ${name}`, when)
    if (WAKES.test(rest) || !matters(line)) continue
    const thread = Number(id) === run.pid ? 'main' : 'pool'
    steps.set(`${thread} ${name} ${when}`, { thread, calls: name, when: String(when) })
  }
  return [...steps.values()]
}

/** As strace shows it: which thread, unless there is one only, which call, with what. */
const CALL = /^(?:(\d+) +)?([a-z0-9_]+)\((.*)/

/** Whether a call is on files in `directory`: by its path, that of its descriptor, or one through a pinned directory. */
export function isOn(directory: string): (line: string) => boolean {
  return line => line.includes(directory) || line.includes('/proc/self/fd/')
}
