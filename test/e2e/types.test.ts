/**
 * The programs in test/types compile against the packed declarations, with every supported compiler, resolved the new
 * way and the old one (as TypeScript notebooks do). What must not compile stands there under `@ts-expect-error`.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkout, pack, temporaryFolder, unpack } from './tarball.js'

const folder = temporaryFolder()
const project = join(folder, 'project')

beforeAll(() => {
  mkdirSync(project)
  unpack(pack(folder), project)
  cpSync(join(checkout, 'test/types'), join(project, 'types'), { recursive: true })
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module', private: true }))
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const nodenext = { module: 'nodenext', moduleResolution: 'nodenext' }
const node10 = { module: 'es2022', moduleResolution: 'node' }

describe.concurrent('the type tests compile', () => {
  it.each([
    ['typescript-5.0', 'nodenext', nodenext],
    ['typescript-5.0', 'node10', node10],
    ['typescript-5.9', 'nodenext', nodenext],
    ['typescript-5.9', 'node10', node10],
    ['typescript', 'nodenext', nodenext],
    ['typescript', 'node10', { ...node10, ignoreDeprecations: '6.0' }],
  ])('with %s and %s resolution', { timeout: 120_000 }, async (compiler, resolution, resolving) => {
    const config = join(project, `${compiler}-${resolution}.json`)
    const compilerOptions = {
      target: 'es2022',
      lib: ['es2023'],
      types: ['node'],
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      ...resolving,
    }
    writeFileSync(config, JSON.stringify({ compilerOptions, include: ['types'] }))
    const tsc = join(checkout, 'node_modules', compiler, 'bin/tsc')
    expect(await output(process.execPath, [tsc, '-p', config])).toBe('')
  })
})

/** What a program writes, also where it fails. */
function output(program: string, args: readonly string[]): Promise<string> {
  return new Promise(resolve => {
    execFile(program, args, { cwd: project }, (error, stdout, stderr) => {
      const text = stdout + stderr
      resolve(text === '' && error !== null ? error.message : text)
    })
  })
}
