import { defineConfig, type Plugin } from 'vitest/config'

const WITH_WORKERS = ['dumpers/_parquet', 'src/verify']

/** A worker thread runs what Node.js can run: `dist`, which test/global-setup.ts builds. */
const builtWorker: Plugin = {
  name: 'built-worker',
  enforce: 'pre',
  transform(code, id) {
    const folder = WITH_WORKERS.find(path => id.includes(`/${path}/`))
    if (folder === undefined) return undefined
    const built = new URL(`dist/${folder}/worker.js`, import.meta.url)
    return code.replaceAll("new URL('./worker.js', import.meta.url)", `new URL('${built}')`)
  },
}

export default defineConfig({
  plugins: [builtWorker],
  test: {
    include: ['test/**/*.test.ts'],
    // Type tests are compiled, not run.
    exclude: ['test/types/**'],
    globalSetup: ['test/global-setup.ts'],
    // Vitest leaves one core free, which of two is half: most tests wait for processes of their own.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
