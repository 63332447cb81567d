/** package.json names what is there, for new and for old ways of resolving; a dumper is not only code. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BUILT_IN, fixtureDirectory } from '../dumpers/samples/fixtures.js'
import { ROOT, SOURCES } from './sources.js'

interface Manifest {
  readonly exports: Record<string, string | { types: string; default: string }>
  readonly typesVersions: { readonly '*': Record<string, readonly string[]> }
  readonly main: string
  readonly types: string
  readonly dependencies: Record<string, string>
  readonly devDependencies: Record<string, string>
}

const manifest: Manifest = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8'))
const subpaths = Object.entries(manifest.exports).filter(
  ([name]) => name !== '.' && name !== './package.json',
)

describe('package.json', () => {
  it('exports files that are built, types first', () => {
    for (const [name, target] of Object.entries(manifest.exports)) {
      if (typeof target === 'string') continue
      expect(Object.keys(target), name).toEqual(['types', 'default'])
      for (const file of Object.values(target)) expect(existsSync(`${ROOT}/${file}`), file).toBe(true)
    }
  })

  it('says the same to compilers that resolve the old way', () => {
    const old = Object.entries(manifest.typesVersions['*']).map(([name, [file]]) => [`./${name}`, file])
    const now = subpaths.map(([name, target]) => [name, typeof target === 'string' ? target : target.types])
    expect(old).toEqual(now)
    expect(manifest.exports['.']).toEqual({ types: manifest.types, default: manifest.main })
  })

  it('exports every dumper one by one', () => {
    const exported = subpaths.map(([name]) => name).filter(name => name.startsWith('./dumpers/'))
    expect(exported.sort()).toEqual([...BUILT_IN.keys()].map(name => `./dumpers/${name}`).sort())
  })

  it('has exact versions', () => {
    const { dependencies, devDependencies } = manifest
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(version, name).toMatch(/^(npm:\w+@)?\d+\.\d+\.\d+(-[\w.]+)?$/)
    }
  })

  it('depends on every package that the sources import', () => {
    const imported = SOURCES.flatMap(({ imports }) => imports.map(({ target }) => target))
    const packages = imported.filter(name => !name.startsWith('node:') && !/^(src|dumpers)\//.test(name))
    expect(Object.keys(manifest.dependencies)).toEqual(expect.arrayContaining([...new Set(packages)]))
  })
})

describe.each([...BUILT_IN.keys()])('the dumper %s', name => {
  it('lies in a file of its name', () => {
    expect(existsSync(`${ROOT}/dumpers/${name}.ts`)).toBe(true)
    expect(BUILT_IN.get(name)?.name).toBe(name)
  })

  it('has a test, a fixture and passes the conformance suite', () => {
    expect(existsSync(`${ROOT}/test/dumpers/${name}.test.ts`)).toBe(true)
    expect(existsSync(fixtureDirectory(name, 1))).toBe(true)
    expect(readFileSync(`${ROOT}/test/dumpers/conformance.test.ts`, 'utf8')).toContain(`${name}Tests`)
  })

  it('has a line in README.md', () => {
    expect(readFileSync(`${ROOT}/README.md`, 'utf8')).toContain(`\`${name}\``)
  })
})
