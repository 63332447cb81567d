/** Python that pickles what it is asked for: one process for a file of tests, since importing pandas takes a second. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const PROGRAM = `
import base64, datetime, json, pickle, sys
import numpy as np, pandas as pd
for line in sys.stdin:
    asked, names = json.loads(line), {'np': np, 'pd': pd, 'datetime': datetime}
    try:
        exec(asked['program'], names)
        answer = {'pickle': base64.b64encode(pickle.dumps(names['value'], asked['protocol'])).decode()}
    except Exception as error:
        answer = {'error': repr(error)}
    print(json.dumps(answer), flush=True)
`

export class Pickler {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #answers: AsyncIterator<string>

  constructor(python: string) {
    this.#child = spawn(python, ['-W', 'ignore', '-c', PROGRAM])
    this.#answers = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
  }

  /** What `program`, which assigns to `value`, pickles. */
  async pickled(program: string, protocol = 5): Promise<Buffer> {
    this.#child.stdin.write(`${JSON.stringify({ program, protocol })}\n`)
    const { value } = await this.#answers.next()
    const { pickle, error } = JSON.parse(value ?? '{ "error": "Python ended" }')
    if (error !== undefined) throw new Error(`${program}: ${error}`)
    return Buffer.from(pickle, 'base64')
  }

  close(): void {
    this.#child.stdin.end()
  }
}
