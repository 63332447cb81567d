/** Importing the library loads none of the heavy packages: apache-arrow alone would double the start-up time. */
import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { ROOT } from './sources.js'

const HEAVY = ['apache-arrow', 'parquet-wasm', 'hyparquet', 'flatbuffers', 'simple-git', 'commander']

const PROGRAM = `
  import { createRequire, register } from 'node:module'
  import { MessageChannel } from 'node:worker_threads'
  const { port1, port2 } = new MessageChannel()
  const loaded = []
  port1.on('message', url => loaded.push(url))
  register('data:text/javascript,' + encodeURIComponent(\`
    let port
    export const initialize = data => { port = data.port }
    export async function load(url, context, next) {
      port.postMessage(url)
      return next(url, context)
    }\`), { data: { port: port2 }, transferList: [port2] })
  await import(process.argv.at(-1))
  await new Promise(resolve => setImmediate(resolve))
  // What ESM imports of CommonJS brings along is in the cache.
  console.log(JSON.stringify([...loaded, ...Object.keys(createRequire(import.meta.url).cache)]))
  port1.close()
`

function loadedBy(module: string): string[] {
  const output = execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', PROGRAM, new URL(`../../${module}`, import.meta.url).href],
    { cwd: ROOT, encoding: 'utf8' },
  )
  const loaded: unknown = JSON.parse(output)
  return Array.isArray(loaded) ? loaded.map(String) : []
}

describe.each(['dist/src/index.js', 'dist/dumpers/index.js', 'dist/dumpers/dataframe.js'])('%s', module => {
  it('loads our own files and no heavy package', () => {
    const loaded = loadedBy(module)
    expect(loaded.some(url => url.endsWith(module))).toBe(true)
    const heavy = loaded.filter(url => HEAVY.some(name => url.includes(`/node_modules/${name}/`)))
    expect(heavy).toEqual([])
  })
})
