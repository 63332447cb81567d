/**
 * numpy as a neighbour in measurements: one Python process that runs a statement when told, so that its work can be
 * interleaved with ours.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

const PROGRAM = `
import sys, numpy as np
names = {'np': np}
print('ready', flush=True)
for line in sys.stdin:
    exec(line, names)
    print('done', flush=True)
`

export class Numpy {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>
  readonly #reader: Interface

  private constructor(process: ChildProcessByStdio<Writable, Readable, null>) {
    this.#process = process
    this.#reader = createInterface(process.stdout)
    this.#lines = this.#reader[Symbol.asyncIterator]()
  }

  /** Undefined where Python or numpy is not installed. */
  static async start(): Promise<Numpy | undefined> {
    const child = spawn('/usr/bin/python3', ['-c', PROGRAM], { stdio: ['pipe', 'pipe', 'ignore'] })
    child.on('error', () => child.stdin.destroy())
    const numpy = new Numpy(child)
    const first = await numpy.#lines.next()
    return first.value === 'ready' ? numpy : undefined
  }

  /** Runs one line of Python and waits for its end. */
  async run(statement: string): Promise<void> {
    this.#process.stdin.write(`${statement}\n`)
    const { value } = await this.#lines.next()
    if (value !== 'done') throw new Error(`numpy ended at: ${statement}`)
  }

  end(): void {
    this.#process.stdin.end()
    this.#reader.close()
  }
}
