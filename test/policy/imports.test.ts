/** Who may import whom (DESIGN, section 1), read off the sources. */
import { builtinModules } from 'node:module'
import { describe, expect, it } from 'vitest'
import { type Import, SOURCES, type Source } from './sources.js'

const OURS = new Set(SOURCES.map(({ path }) => path))
const HEAVY = [
  'apache-arrow',
  'parquet-wasm',
  'hyparquet',
  'simple-git',
  'flatbuffers',
  'fflate',
  'commander',
]

/** `from -> to` for every import that is not allowed. */
function offences(
  sources: readonly Source[],
  allowed: (target: string, of: Import, from: Source) => boolean,
): string[] {
  return sources.flatMap(source =>
    source.imports
      .filter(one => !allowed(one.target, one, source))
      .map(({ target }) => `${source.path} -> ${target}`),
  )
}

const isBuiltin = (target: string): boolean =>
  target.startsWith('node:') && builtinModules.includes(target.slice('node:'.length))
const isPackage = (target: string): boolean => !OURS.has(target) && !isBuiltin(target)
const within = (...folders: readonly string[]): Source[] =>
  SOURCES.filter(({ path }) => folders.some(folder => path.startsWith(folder)))

describe('imports', () => {
  it('of ours name files that exist, with their endings', () => {
    const relative = (target: string): boolean => /^(src|dumpers)\//.test(target)
    expect(offences(SOURCES, target => !relative(target) || OURS.has(target))).toEqual([])
  })

  it('of builtins begin with node:', () => {
    expect(offences(SOURCES, target => !builtinModules.includes(target))).toEqual([])
  })

  it('of dumpers are the contract, arrays, errors, types of the folder, and helpers of dumpers', () => {
    const contract = ['src/dumper.ts', 'src/ndarray.ts', 'src/dtype.ts', 'src/errors.ts']
    expect(
      offences(
        within('dumpers/').filter(({ path }) => path !== 'dumpers/index.ts'),
        (target, { typeOnly, dynamic }) =>
          contract.includes(target) ||
          target.startsWith('dumpers/_') ||
          (target === 'src/entry/folder.ts' && typeOnly) ||
          isBuiltin(target) ||
          (isPackage(target) && (typeOnly || dynamic)),
      ),
    ).toEqual([])
  })

  it('of heavy packages are dynamic, but for types', () => {
    const outsideOfCli = SOURCES.filter(({ path }) => !path.startsWith('src/cli/'))
    expect(
      offences(outsideOfCli, (target, { typeOnly, dynamic }) => {
        return typeOnly || dynamic || !HEAVY.some(name => target === name || target.startsWith(`${name}/`))
      }),
    ).toEqual([])
  })

  it('of dumpers are left to dumper-table and index', () => {
    const allowed = ['src/dumper-table.ts', 'src/index.ts']
    expect(
      offences(
        within('src/'),
        (target, _one, { path }) => !target.startsWith('dumpers/') || allowed.includes(path),
      ),
    ).toEqual([])
  })

  it('of cli and testing are the public face', () => {
    for (const room of ['src/cli/', 'src/testing/']) {
      expect(
        offences(
          within(room),
          target => !OURS.has(target) || target === 'src/index.ts' || target.startsWith(room),
        ),
      ).toEqual([])
    }
  })

  it('never lead into cli or testing', () => {
    const outside = SOURCES.filter(({ path }) => !/^src\/(cli|testing)\//.test(path))
    expect(offences(outside, target => !/^src\/(cli|testing)\//.test(target))).toEqual([])
  })

  it('never go round in a circle, types included', () => {
    expect(circles()).toEqual([])
  })
})

/** Each circle of imports once, as `a -> b -> a`. */
function circles(): string[] {
  const found = new Set<string>()
  const done = new Set<string>()
  const targets = new Map(SOURCES.map(({ path, imports }) => [path, imports.map(({ target }) => target)]))
  const visit = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path)
    if (start >= 0) found.add([...way.slice(start), path].join(' -> '))
    if (start >= 0 || done.has(path)) return
    for (const target of targets.get(path) ?? []) visit(target, [...way, path])
    done.add(path)
  }
  for (const path of targets.keys()) visit(path, [])
  return [...found]
}
