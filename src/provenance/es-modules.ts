/**
 * The ES modules that this thread has loaded. Node has no public list of them; the inspector knows them all, and takes
 * ten milliseconds and more to say so.
 */
import { subscribe } from 'node:diagnostics_channel'
import type { Session } from 'node:inspector'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** Files of all modules and scripts that V8 holds; null where the inspector cannot be asked. */
export function loadedEsModules(require: NodeJS.Require): string[] | null {
  // Deno's kernel panics when its inspector is asked, and Bun's is another protocol.
  if ('Deno' in globalThis || process.versions.bun !== undefined) return null
  const files: string[] = []
  let session: Session | undefined
  try {
    // Not imported at the top: a Node built without the inspector does not have this module.
    const inspector: typeof import('node:inspector') = require('node:inspector')
    session = new inspector.Session()
    session.connect()
    session.on('Debugger.scriptParsed', ({ params }) => {
      if (params.url.startsWith('file:')) files.push(toPath(params.url))
    })
    // Answered at once, in this thread: every script is reported before `post` returns.
    session.post('Debugger.enable')
    session.post('Debugger.disable')
  } catch {
    return null
  } finally {
    session?.disconnect()
  }
  return files.filter(file => file !== '')
}

function toPath(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    return ''
  }
}

const CHANNEL = 'tracing:module.import'

/** Notices that ES modules are being loaded, where the runtime announces it: Node 22 and later. */
export class ImportWatch {
  #isAnnounced = false
  #underWay = 0
  #mayHaveLoaded = true
  #isFirst = true

  constructor() {
    subscribe(`${CHANNEL}:start`, () => {
      this.#isAnnounced = true
      this.#underWay++
    })
    subscribe(`${CHANNEL}:asyncEnd`, () => {
      // Those that were under way before we listened end without having begun.
      this.#underWay = Math.max(0, this.#underWay - 1)
      this.#mayHaveLoaded = true
    })
    // Announced before `import` returns, or never.
    void import('node:process')
  }

  /** Whether a module may have been loaded since the last `reset`; always true where nothing is announced. */
  get mayHaveLoaded(): boolean {
    return !this.#isAnnounced || this.#mayHaveLoaded || this.#underWay > 0
  }

  /** All that is loaded by now is known; the first time but for what was under way before we listened. */
  reset(): void {
    this.#mayHaveLoaded = this.#isFirst
    this.#isFirst = false
  }
}
