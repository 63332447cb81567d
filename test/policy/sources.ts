/** The sources of the library as text and as syntax, for the tests that check how they are arranged. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

export interface Import {
  /** A file of ours (`src/errors.ts`), or a package or builtin as it is written. */
  readonly target: string
  /** Only types: nothing is loaded at run time. */
  readonly typeOnly: boolean
  /** `import()` inside a function. */
  readonly dynamic: boolean
}

export interface Source {
  /** Relative to the root, with `/`. */
  readonly path: string
  readonly text: string
  readonly lines: number
  readonly tree: ts.SourceFile
  readonly imports: readonly Import[]
}

/** Every TypeScript file of `src` and `dumpers`. */
export const SOURCES: readonly Source[] = ['src', 'dumpers'].flatMap(folder =>
  readdirSync(`${ROOT}/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => readSource(`${folder}/${name}`))
    .sort((a, b) => (a.path < b.path ? -1 : 1)),
)

/** Calls `visit` with every node of a tree. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  node.forEachChild(child => walk(child, visit))
}

function readSource(path: string): Source {
  const text = readFileSync(`${ROOT}/${path}`, 'utf8')
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
  return { path, text, lines: text.split('\n').length - 1, tree, imports: importsOf(path, tree) }
}

function importsOf(path: string, tree: ts.SourceFile): Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean, dynamic = false): void => {
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      found.push({ target: resolved(path, specifier.text), typeOnly, dynamic })
    }
  }
  walk(tree, node => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node))
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, isTypeExport(node))
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false, true)
    }
  })
  return found
}

function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const { name, namedBindings } = importClause
  if (name !== undefined || namedBindings === undefined || ts.isNamespaceImport(namedBindings)) return false
  return namedBindings.elements.every(element => element.isTypeOnly)
}

function isTypeExport({ isTypeOnly, exportClause }: ts.ExportDeclaration): boolean {
  if (isTypeOnly) return true
  return (
    exportClause !== undefined &&
    ts.isNamedExports(exportClause) &&
    exportClause.elements.every(element => element.isTypeOnly)
  )
}

function resolved(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  return posix.join(dirname(from), specifier).replace(/\.js$/, '.ts')
}
