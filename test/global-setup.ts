/** Builds `dist` once before all tests: those that start processes of their own run what a user would run. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Exit code of tsc when it wrote everything in spite of type errors, which `npm run check:types` is there for. */
const WRITTEN_WITH_ERRORS = 2

export default function setup(): void {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0 && status !== WRITTEN_WITH_ERRORS) throw new Error(`tsc -p . ended with ${status}`)
}
