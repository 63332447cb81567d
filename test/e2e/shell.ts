/**
 * A working directory and the compiled command `dirdict`, each call in a process of its own.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect } from 'vitest'

/** What a shell sees of a command that has ended. */
export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly bytes: Buffer
}

export interface Shell {
  /** A path in the working directory, which is new for every test. */
  path(...parts: readonly string[]): string
  /** Makes a file in the working directory and gives its name. */
  file(name: string, content: string | Uint8Array): string
  cli(args: readonly string[], input?: string | Uint8Array): Run
  /** Runs a command that has to succeed, and gives its output as JSON. */
  cliJson(...args: readonly string[]): unknown
}

export const CLI: string = fileURLToPath(new URL('../../dist/src/cli/index.js', import.meta.url))

/** To be called once at the top of a test file. */
export function useShell(): Shell {
  let home = ''
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'dirdict-cli-'))
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  function cli(args: readonly string[], input: string | Uint8Array = ''): Run {
    const run = spawnSync(process.execPath, [CLI, ...args], { input, cwd: home, maxBuffer: 2 ** 26 })
    return { code: run.status, stdout: String(run.stdout), stderr: String(run.stderr), bytes: run.stdout }
  }
  return {
    cli,
    cliJson(...args) {
      const run = cli([...args, '--json'])
      expect(run.stderr).toBe('')
      expect(run.code).toBe(0)
      return JSON.parse(run.stdout)
    },
    path: (...parts) => join(home, ...parts),
    file(name, content) {
      writeFileSync(join(home, name), content)
      return name
    },
  }
}

/** One line on standard error, exit code 1, nothing on standard output. */
export function expectError(run: Run, code: string): void {
  expect(run.stderr).toMatch(new RegExp(`^error ${code}: [^\n]+\n$`))
  expect(run.code).toBe(1)
  expect(run.stdout).toBe('')
}
