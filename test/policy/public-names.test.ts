/** The public names. One that goes away, or comes, is a decision: change it here too, and in CHANGELOG.md. */
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { ROOT } from './sources.js'

const ENTRIES: Readonly<Record<string, string>> = {
  '.': 'src/index.ts',
  './dumpers': 'dumpers/index.ts',
  './testing': 'src/testing/index.ts',
}

const program = ts.createProgram(
  Object.values(ENTRIES).map(file => `${ROOT}/${file}`),
  { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, types: ['node'], noEmit: true },
)
const checker = program.getTypeChecker()

/** Values first, then types, each sorted. */
function namesOf(file: string): { values: string[]; types: string[] } {
  const source = program.getSourceFile(`${ROOT}/${file}`)
  const module = source && checker.getSymbolAtLocation(source)
  if (module === undefined) throw new Error(`${file} is no module`)
  const names = { values: [] as string[], types: [] as string[] }
  for (const symbol of checker.getExportsOfModule(module)) {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    names[target.flags & ts.SymbolFlags.Value ? 'values' : 'types'].push(symbol.name)
  }
  return { values: names.values.sort(), types: names.types.sort() }
}

describe('public names', () => {
  it.each(Object.entries(ENTRIES))('of %s', (_entry, file) => {
    expect(namesOf(file)).toMatchSnapshot()
  })
})
