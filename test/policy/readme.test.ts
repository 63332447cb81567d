/** README.md: its examples compile against the package's own types, and every error code has a heading. */
import { existsSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { ROOT, SOURCES } from './sources.js'

const readme = existsSync(`${ROOT}/README.md`) ? readFileSync(`${ROOT}/README.md`, 'utf8') : ''

/** TypeScript in a text of Markdown, each with the line it begins on. */
function blocksOf(text: string): { line: number; code: string }[] {
  return [...text.matchAll(/^```(?:ts|typescript)\n([\s\S]*?)^```/gm)].map(match => ({
    line: text.slice(0, match.index).split('\n').length + 1,
    code: match[1] ?? '',
  }))
}

/** The examples in doc comments. */
function examplesOf(source: string): string[] {
  return [...source.matchAll(/^ *\* ```ts\n([\s\S]*?)^ *\* ```/gm)].map(match =>
    (match[1] ?? '').replace(/^ *\* ?/gm, ''),
  )
}

/** What the compiler says of each file; they lie, in name only, in the package, so that it resolves itself. */
function complaints(files: ReadonlyMap<string, string>): string[] {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  }
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = name => files.has(name) || fileExists.call(host, name)
  host.readFile = name => files.get(name) ?? readFile.call(host, name)
  host.getSourceFile = (name, version, ...rest) => {
    const text = files.get(name)
    return text === undefined
      ? getSourceFile.call(host, name, version, ...rest)
      : ts.createSourceFile(name, text, version, true)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line
    return `${file?.fileName.slice(ROOT.length + 1)}, line ${line + 1} of the example: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  })
}

describe('README.md', () => {
  const blocks = blocksOf(readme)

  it('has examples, and they compile', () => {
    expect(blocks.length).toBeGreaterThan(0)
    // `export {}` makes a module of an example that imports nothing.
    const files = blocks.map(
      ({ line, code }) => [`${ROOT}/readme-${line}.mts`, `${code}\nexport {}`] as const,
    )
    expect(complaints(new Map(files))).toEqual([])
  })

  it('has a heading for every error code', () => {
    const type = /export type ErrorCode =((?:\s*\| '\w+')+)/.exec(
      SOURCES.find(({ path }) => path === 'src/errors.ts')?.text ?? '',
    )
    const codes = [...(type?.[1] ?? '').matchAll(/'(\w+)'/g)].map(match => match[1] ?? '')
    expect(codes.length).toBeGreaterThan(10)
    const headings = [...readme.matchAll(/^#+ +(.*)$/gm)].map(match => match[1] ?? '')
    const missing = codes.filter(code => !headings.some(heading => new RegExp(`\\b${code}\\b`).test(heading)))
    expect(missing).toEqual([])
  })
})

describe('doc comments', () => {
  it('have examples that compile', () => {
    const files = SOURCES.flatMap(({ path, text }) =>
      examplesOf(text).map((code, index) => {
        return [`${ROOT}/${path.replaceAll('/', '-')}-${index}.mts`, `${code}\nexport {}`] as const
      }),
    )
    expect(files.length).toBeGreaterThan(0)
    expect(complaints(new Map(files))).toEqual([])
  })
})
