/**
 * The declarations that are published hold nothing that TypeScript 5.0.4, which notebooks have inside, would silently
 * take for `any`.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { build, temporaryFolder } from '../e2e/tarball.js'

const folder = temporaryFolder()
/** The text of every declaration file without its comments, by name. */
const declarations = new Map<string, string>()

beforeAll(() => {
  build(folder)
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.d.ts'))
      declarations.set(name, withoutComments(readFileSync(join(folder, name), 'utf8')))
  }
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('there is a declaration file for every export', () => {
  expect([...declarations.keys()]).toEqual(
    expect.arrayContaining(['dist/src/index.d.ts', 'dist/dumpers/index.d.ts', 'dist/src/testing/index.d.ts']),
  )
})

it.each([
  ['NoInfer', /\bNoInfer\b/],
  [
    'generic typed arrays',
    /\b(?:(?:Ui|I)nt(?:8|16|32)|Uint8Clamped|Float(?:16|32|64)|Big(?:Ui|I)nt64)Array</,
  ],
  ['generic views and buffers', /\b(?:DataView|Buffer|ArrayBufferView)</],
  ['Float16Array', /\bFloat16Array\b(?!')/],
  ['disposal', /\bSymbol\.(?:asyncDispose|dispose)\b|\b(?:Async)?Disposable\b/],
  ['any', /(?<![\w'"`-])any(?![\w'"`-])/],
  ['const type parameters with `in` or `out`', /<(?:in|out) /],
])('no declaration holds %s', (_what, forbidden) => {
  const found = [...declarations]
    .flatMap(([name, text]) => text.split('\n').map(line => `${name}: ${line.trim()}`))
    .filter(line => forbidden.test(line))
  expect(found).toEqual([])
})

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '')
}

it('what the public declarations lead to needs no package but apache-arrow, for its tables', () => {
  const packages = new Set<string>()
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    for (const [, target = ''] of declarations.get(file)?.matchAll(/(?:from |import\()'([^']+)'/g) ?? []) {
      if (target.startsWith('.')) visit(join(dirname(file), target.replace(/\.js$/, '.d.ts')))
      else packages.add(target)
    }
  }
  visit('dist/src/index.d.ts')
  expect(seen.size).toBeGreaterThan(20)
  expect([...packages].filter(name => !name.startsWith('node:'))).toEqual(['apache-arrow'])
})
