/**
 * The example of `npm run demo`, run as it is: it checks by itself, in a second process, what it has stored.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { DataBase, dataframe, ndarray } from '../../src/index.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

it('the flights are stored, and read back whole by another process and by this one', async () => {
  const home = mkdtempSync(join(tmpdir(), 'dirdict-demo-'))
  try {
    run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.dev.json', '--noCheck')
    const output = run('build/examples/flights/main.js', join(home, 'study'))
    expect(output).toContain('Everything was read back as it was stored: 4 values checked.')
    const db = await DataBase.open(join(home, 'study'), { readonly: true })
    const delay = await db.get('flights/delay', ndarray)
    expect(delay.shape).toEqual([229, 24])
    const origins = await db.get('flights/table', dataframe, { columns: ['origin'] })
    expect(origins.numRows).toBe(3_000_000)
    await db.close()
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}, 180_000)

function run(script: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout
}
