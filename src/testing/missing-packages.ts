/**
 * Without a package that it requires, a dumper fails with MISSING_PACKAGE. It is tried in a process of its own in
 * which the package cannot be resolved, whatever is installed.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { serialize } from 'node:v8'
import type { AnyDumper } from '../index.js'
import { KEY, type Suite, store } from './expectations.js'
import { withDatabase } from './raw-disk.js'

/** What the other process reports of `get` and of `set`. */
interface Outcome {
  readonly code: string
  readonly package: string
  readonly text: string
}

export function testMissingPackages(suite: Suite): void {
  const { it, dumper, samples, module } = suite
  for (const name of Object.keys(dumper.requires ?? {})) {
    it(`says that the package ${name} is missing`, () =>
      withDatabase(dumper, async db => {
        assert.ok(module !== undefined, `${dumper.name} has requires: tell testDumper its module`)
        assert.ok(samples[0] !== undefined)
        await store(db, KEY, dumper, samples[0])
        const input = `${db.directory}-input`
        const value = transferable(dumper, samples)
        writeFileSync(
          input,
          serialize({ value, directory: db.directory, dumper: dumper.name, key: KEY, module }),
        )
        const outcomes = await runWithout(name, input, module)
        const missed = outcomes.filter(outcome => outcome.code === 'MISSING_PACKAGE')
        // Reading may need what writing does not, and the other way round.
        assert.ok(missed.length > 0, `neither get nor set missed ${name}: ${JSON.stringify(outcomes)}`)
        for (const outcome of outcomes) {
          if (outcome.code === '') continue
          assert.equal(outcome.code, 'MISSING_PACKAGE', outcome.text)
          assert.equal(outcome.package, name)
        }
      }))
  }
}

/** A sample's value that another process can be given, in a list; an empty list where there is none. */
function transferable(dumper: AnyDumper, samples: Suite['samples']): readonly unknown[] {
  for (const sample of samples) {
    if ('store' in sample) continue
    try {
      const value = structuredClone(sample.value)
      if (dumper.check(value)) return [value]
    } catch {
      // Not a value that can be sent; the next one may be.
    }
  }
  return []
}

async function runWithout(name: string, input: string, module: string): Promise<readonly Outcome[]> {
  const dirdict = pathToFileURL(createRequire(module).resolve('dirdict')).href
  const args = ['--import', blocking(name), '--input-type=module', '--eval', PROGRAM, input, dirdict]
  // The parent's NODE_OPTIONS may hold hooks of a test runner.
  const env = { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' }
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, cwd: join(input, '..') })
  const outcomes: unknown = JSON.parse(stdout)
  assert.ok(Array.isArray(outcomes) && outcomes.every(isOutcome))
  return outcomes
}

function isOutcome(value: unknown): value is Outcome {
  return (
    typeof value === 'object' && value !== null && 'code' in value && 'package' in value && 'text' in value
  )
}

/** A module that makes `import` and `require` of a package fail as if it were not installed. */
function blocking(name: string): string {
  const fail = `(specifier, from) => {
    const name = ${JSON.stringify(name)}
    if (specifier !== name && !specifier.startsWith(name + '/')) return
    const error = new Error("Cannot find package '" + name + "' imported from " + from)
    throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' })
  }`
  const hooks = `const fail = ${fail}
    export async function resolve(specifier, context, next) {
      fail(specifier, context.parentURL)
      return next(specifier, context)
    }`
  return dataUrl(`import { Module, register } from 'node:module'
    const fail = ${fail}
    register(${JSON.stringify(dataUrl(hooks))})
    const resolve = Module._resolveFilename
    Module._resolveFilename = function (specifier, parent, ...rest) {
      fail(specifier, parent?.filename)
      return resolve.call(this, specifier, parent, ...rest)
    }`)
}

function dataUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`
}

/** Text and no file of its own: the suite also runs from sources that Node.js itself could not run. */
const PROGRAM = `
  import { readFileSync } from 'node:fs'
  import { deserialize } from 'node:v8'
  const [input, dirdict] = process.argv.slice(-2)
  const { value, directory, dumper: name, key, module } = deserialize(readFileSync(input))
  const { DataBase } = await import(dirdict)
  const dumper = Object.values(await import(module)).find(found => found?.name === name && 'dump' in found)
  if (dumper === undefined) throw new Error(module + ' exports no dumper named ' + name)
  const db = await DataBase.open(directory, { dumpers: [dumper] })
  const outcome = async run => {
    try {
      await run()
      return { code: '', package: '', text: '' }
    } catch (error) {
      return { code: error.code ?? 'none', package: error.details?.package ?? '', text: String(error.stack) }
    }
  }
  const outcomes = [await outcome(() => db.get(key, dumper))]
  for (const one of value) outcomes.push(await outcome(() => db.set('other', one, dumper)))
  await db.close()
  console.log(JSON.stringify(outcomes))
`
