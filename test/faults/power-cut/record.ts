/**
 * Records what `operation.mjs` does to the disk: every system call that changes it, of all threads, with all bytes.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { tracing } from '../strace.js'
import { type Call, parseLog } from './log.js'
import type { Recording } from './recording.js'
import { Replay } from './replay.js'

const CHILD = new URL('operation.mjs', import.meta.url).href
const CALLS =
  'openat,close,write,pwrite64,writev,pwritev,ftruncate,fsync,fdatasync,mkdir,rmdir,rename,unlink,link,utimensat,' +
  'copy_file_range,sendfile,ioctl,symlink,renameat,renameat2,linkat,unlinkat,mkdirat,truncate,fallocate'
/** More than one call writes. */
const LONGEST_TEXT = String(2 ** 22)
/** Long past anything but a hang. */
const HANGS_MS = 60_000

/** Runs the operation below `root` on the database `root/db`. */
export async function record(operation: string, root: string, durability: string): Promise<Recording> {
  const program = `import(${JSON.stringify(CHILD)})`
  const child = spawn(process.execPath, ['-e', program, operation, `${root}/db`, durability], {
    env: { ...process.env, UV_USE_IO_URING: '0' },
    cwd: '/',
  })
  const ended = once(child, 'close')
  const output = `${root}.trace`
  const guard = setTimeout(() => child.kill('SIGKILL'), HANGS_MS)
  try {
    const errors = await isReady(child)
    const tracer = await attach(child, output)
    const recording = new Replay(root)
    child.stdin.write('go\n')
    const [[code]] = await Promise.all([ended, tracer.ended])
    if (code !== 0) throw new Error(`${operation} ended with ${code}: ${errors()}`)
    for (const call of readCalls(output)) recording.add(call)
    return recording
  } finally {
    clearTimeout(guard)
    rmSync(output, { force: true })
  }
}

function readCalls(output: string): readonly Call[] {
  return parseLog(readFileSync(output, 'latin1'))
}

function isReady(child: ChildProcess): Promise<() => string> {
  let errors = ''
  child.stderr?.on('data', text => {
    errors += text
  })
  return new Promise((resolve, reject) => {
    child.on('exit', () => reject(new Error(`the child ended too early: ${errors}`)))
    createInterface({ input: child.stdout! }).on('line', line => {
      if (line === 'ready') resolve(() => errors)
    })
  })
}

/** Resolves once strace sees all threads; the inner promise when it has ended. */
function attach(child: ChildProcess, output: string): Promise<{ ended: Promise<unknown> }> {
  const args = ['-f', '-p', String(child.pid), '-o', output, '-ttt', '-xx', '-v', '-s', LONGEST_TEXT]
  // With -f one line tells of all of them.
  return tracing([...args, '-e', `trace=${CALLS}`], 1)
}
