/**
 * Runs code in every way in which Node runs it, against the built package, and reads what was recorded.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { type CodeHistory, DataBase } from '../../src/index.js'

export const LIBRARY: string = new URL('../../dist/src/index.js', import.meta.url).href

/** Opens the database of this test as `db`, in an ES module. */
export const OPEN: string = `import { DataBase } from '${LIBRARY}'
const db = await DataBase.open('study')
`

export interface Folder {
  path(...parts: readonly string[]): string
  /** Makes a file, and gives its path. */
  file(name: string, text: string): string
  /** Runs Node, which has to succeed; gives what it prints. */
  node(args: readonly string[], input?: string, environment?: Readonly<Record<string, string>>): string
  git(...args: readonly string[]): void
  history(key: string): Promise<CodeHistory | null>
}

/** A new folder for every test. To be called once at the top of a test file. */
export function useFolder(): Folder {
  let home = ''
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'dirdict-history-'))
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  function run(program: string, args: readonly string[], input = '', environment = {}): string {
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: home,
      input,
      encoding: 'utf8',
      env: { ...process.env, ...environment },
      timeout: 50_000,
    })
    if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}${stdout}`)
    return stdout
  }
  return {
    path: (...parts) => join(home, ...parts),
    file(name, text) {
      const path = join(home, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
      return path
    },
    node: (args, input, environment) => run(process.execPath, args, input, environment),
    git(...args) {
      run('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args])
    },
    async history(key) {
      const db = await DataBase.open(join(home, 'study'), { readonly: true })
      const { history } = await db.metadata(key)
      await db.close()
      return history
    },
  }
}
