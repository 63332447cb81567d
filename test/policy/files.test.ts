/** How a file looks: what it is, said at its beginning; one idea; no top-level await. */
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { SOURCES, walk } from './sources.js'

/** About 250 lines; longer ones hold two ideas. */
const LONGEST = 300
/** The one face that has every member: its length is overloads and what they promise. The dictionary does the work. */
const FACE = 'src/database.ts'

describe('a source file', () => {
  it('begins with what it is', () => {
    expect(SOURCES.filter(({ text }) => !/^(#!.*\n)?\/\*\*/.test(text)).map(({ path }) => path)).toEqual([])
  })

  it(`has at most ${LONGEST} lines`, () => {
    const long = SOURCES.filter(({ path, lines }) => lines > LONGEST && path !== FACE)
    expect(long.map(({ path, lines }) => `${path}: ${lines}`)).toEqual([])
  })

  it('awaits nothing at the top: TypeScript notebook kernels could not load it', () => {
    expect(SOURCES.filter(({ tree }) => awaitsAtTop(tree)).map(({ path }) => path)).toEqual([])
  })

  it('has no any', () => {
    const found: string[] = []
    for (const { path, tree } of SOURCES) {
      walk(tree, node => {
        if (node.kind === ts.SyntaxKind.AnyKeyword) {
          found.push(`${path}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`)
        }
      })
    }
    expect(found).toEqual([])
  })

  it('has no enum and no namespace', () => {
    const found: string[] = []
    for (const { path, tree } of SOURCES) {
      walk(tree, node => {
        if (ts.isEnumDeclaration(node) || ts.isModuleDeclaration(node)) found.push(path)
      })
    }
    expect(found).toEqual([])
  })
})

/** Whether an `await` stands outside of all functions. */
function awaitsAtTop(node: ts.Node): boolean {
  if (ts.isFunctionLike(node)) return false
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined))
    return true
  return node.forEachChild(child => awaitsAtTop(child) || undefined) ?? false
}
