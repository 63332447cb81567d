/**
 * The cells of a notebook of Deno, whose kernel tells everybody who listens on its "iopub" socket which cell it runs
 * (https://jupyter-client.readthedocs.io/en/stable/messaging.html). The cell that uses the library first was told of
 * before anybody listened.
 */
import { readFileSync } from 'node:fs'
import type { NetConnectOpts } from 'node:net'
import type { CodeCell } from '../../metadata.js'
import type { Transcript } from './transcript.js'
import { subscribe } from './zmtp.js'

const DELIMITER = '<IDS|MSG>'

/** Null where this process is no kernel of Deno, or where it cannot be found out how to listen to it. */
export function denoCells(): Transcript | null {
  const address = isDenoKernel() ? iopubAddress() : null
  return address === null ? null : new IopubTranscript(address)
}

function isDenoKernel(): boolean {
  const deno: unknown = Reflect.get(globalThis, 'Deno')
  try {
    return typeof deno === 'object' && deno !== null && Reflect.get(deno, 'jupyter') !== undefined
  } catch {
    // Thrown by the getter itself in `deno run` and `deno eval`.
    return false
  }
}

function iopubAddress(): NetConnectOpts | null {
  // Deno keeps its own arguments from the program; the kernel may read all files.
  const started = readFileSync('/proc/self/cmdline', 'utf8').split('\0')
  const file = started[started.indexOf('--conn') + 1]
  if (!started.includes('--conn') || file === undefined) return null
  const { transport, ip, iopub_port: port } = JSON.parse(readFileSync(file, 'utf8'))
  return transport === 'ipc' ? { path: `${ip}-${port}` } : { host: String(ip), port: Number(port) }
}

class IopubTranscript implements Transcript {
  readonly kind = 'notebook'
  readonly source = 'iopub'
  /** Nobody listened to what came first, and such a socket drops what it cannot send at once. */
  readonly complete = false
  readonly cells: CodeCell[] = []
  changes = 0

  constructor(address: NetConnectOpts) {
    subscribe(address, frames => this.#receive(frames))
  }

  #receive(frames: readonly Buffer[]): void {
    const start = frames.findIndex(frame => frame.toString('latin1') === DELIMITER)
    // After the delimiter: signature, header, header of the request, metadata, content.
    const [, , header, , , content] = frames.slice(start).map(String)
    if (start < 0 || header === undefined || content === undefined || !header.includes('execute_input'))
      return
    const { msg_type } = asObject(header)
    const { code, execution_count: n } = asObject(content)
    if (msg_type !== 'execute_input' || typeof code !== 'string') return
    this.cells.push({ n: typeof n === 'number' ? n : null, code })
    this.changes++
  }
}

/** What somebody else sends on that socket is not ours to judge: an empty object stands for what is no JSON. */
function asObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
