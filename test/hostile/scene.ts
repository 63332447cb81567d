/**
 * What the tests of strangers' databases share: a token of a process that has ended, and children that may hang or die.
 */
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { newToken } from '../../src/locks/token.js'

/** Of a process that is not there. */
export const DEAD: string = newToken().replace(/\.\d+\./, '.999999999.')
export const PACKAGE: string = new URL('../../dist/src/index.js', import.meta.url).href

/** The path of a program in `children`. */
export function child(name: string): string {
  return fileURLToPath(new URL(`children/${name}`, import.meta.url))
}

/** Runs a program to its end; its output, a line each. Throws where it fails, or takes longer than `seconds`. */
export function lines(command: string, args: readonly string[], seconds: number): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const running = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: seconds * 1000 })
    const [out, err]: [string[], string[]] = [[], []]
    running.stdout.on('data', data => out.push(String(data)))
    running.stderr.on('data', data => err.push(String(data)))
    running.on('error', reject)
    running.on('close', (code, signal) => {
      if (code === 0) resolve(out.join('').split('\n').slice(0, -1))
      else reject(new Error(`${args.join(' ')} ended with ${code ?? signal}: ${err.join('')}`))
    })
  })
}

/** Why nothing can be mounted here, to stand in the name of a test that is skipped; empty where it can. */
export const noMounts: string = (() => {
  const probe = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'])
  return probe.status === 0 ? '' : ' (skipped: needs the superuser, and mounts)'
})()

/** Why there can be no device nodes here. */
export const noDevices: string =
  process.getuid?.() === 0 ? '' : ' (skipped: needs the superuser, who makes device nodes)'
