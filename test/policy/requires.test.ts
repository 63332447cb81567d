/** What a dumper says that it requires is what it imports, in the versions that package.json has. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BUILT_IN } from '../dumpers/samples/fixtures.js'
import { ROOT, SOURCES } from './sources.js'

const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
  readFileSync(`${ROOT}/package.json`, 'utf8'),
)

/** Packages that a dumper and the helpers it uses import at run time. */
function imported(name: string): string[] {
  const packages = new Set<string>()
  const seen = new Set<string>()
  const visit = (path: string): void => {
    if (seen.has(path)) return
    seen.add(path)
    for (const { target, typeOnly } of SOURCES.find(source => source.path === path)?.imports ?? []) {
      if (typeOnly || target.startsWith('node:')) continue
      if (target.startsWith('dumpers/')) visit(target)
      else if (!target.startsWith('src/')) packages.add(target)
    }
  }
  visit(`dumpers/${name}.ts`)
  return [...packages].sort()
}

describe.each([...BUILT_IN])('%s', (name, dumper) => {
  it('requires the packages that it imports', () => {
    expect(Object.keys(dumper.requires ?? {}).sort()).toEqual(imported(name))
  })

  it('requires them in versions that package.json has', () => {
    for (const [name, range] of Object.entries(dumper.requires ?? {})) {
      expect(range, name).toBe(`^${dependencies[name]}`)
    }
  })
})
