/** `dirdict kernel`: kernels are added, listed and removed, and nobody else's is touched. */
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { expectError, useShell } from './shell.js'

const { cli, cliJson, file, path } = useShell()

function tslab(): string {
  const program = file('tslab', '#!/bin/sh\nexec printenv NODE_OPTIONS\n')
  chmodSync(path(program), 0o755)
  return path(program)
}

it('install writes a kernel that starts tslab with the hook; list and uninstall know it', () => {
  const program = tslab()
  const run = cli(['kernel', 'install', '--prefix', 'env', '--tslab', program])
  expect(run).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `${path('env/share/jupyter/kernels/dirdict-tslab')}\n`,
  })
  const { argv, language } = JSON.parse(
    readFileSync(path('env/share/jupyter/kernels/dirdict-tslab/kernel.json'), 'utf8'),
  )
  expect(language).toBe('typescript')
  expect(argv.slice(-4)).toEqual([program, 'kernel', '--config-path', '{connection_file}'])
  expect(argv.filter((part: string) => part.endsWith('register.cjs')).every(existsSync)).toBe(true)
  expect(cliJson('kernel', 'list', '--prefix', 'env')).toEqual(['dirdict-tslab'])
  expect(cli(['kernel', 'uninstall', '--prefix', 'env']).code).toBe(0)
  expect(cliJson('kernel', 'list', '--prefix', 'env')).toEqual([])
})

it('install takes another name, and again replaces what it has written', () => {
  const args = ['kernel', 'install', '--prefix', 'env', '--tslab', tslab(), '--name', 'study']
  expect(cli(args).code).toBe(0)
  expect(cli(args).code).toBe(0)
  expect(cliJson('kernel', 'list', '--prefix', 'env')).toEqual(['study'])
})

it("a kernel of somebody else's is neither replaced, nor listed, nor removed", () => {
  for (const [name, text] of [
    ['theirs', '{"argv": []}'],
    ['broken', '{'],
  ] as const) {
    mkdirSync(path('env/share/jupyter/kernels', name), { recursive: true })
    file(`env/share/jupyter/kernels/${name}/kernel.json`, text)
    const where = ['--prefix', 'env']
    expectError(cli(['kernel', 'install', ...where, '--tslab', tslab(), '--name', name]), 'OPTION_INVALID')
    expectError(cli(['kernel', 'uninstall', ...where, name]), 'OPTION_INVALID')
    expect(cliJson('kernel', 'list', ...where)).toEqual([])
    expect(readFileSync(path('env/share/jupyter/kernels', name, 'kernel.json'), 'utf8')).toBe(text)
  }
})

it('a tslab that is not there, and a name that leads elsewhere, are refused', () => {
  const args = ['kernel', 'install', '--prefix', 'env']
  expectError(cli([...args, '--tslab', 'nowhere/tslab']), 'OPTION_INVALID')
  expectError(cli([...args, '--tslab', tslab(), '--name', '../outside']), 'OPTION_INVALID')
  expect(existsSync(path('env'))).toBe(false)
})
