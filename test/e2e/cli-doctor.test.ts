/** `dirdict doctor`: what it prints, its exit code, and that names cannot steer the terminal. And `get` of a shared store. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { array, DataBase, shared } from '../../src/index.js'
import { useShell } from './shell.js'

const { cli, cliJson, path } = useShell()
const db = 'db'

it('says whose a healthy database is, with exit code 0', () => {
  cli(['set', db, 'a/x', '--value', '1'])
  const { stdout, stderr, code } = cli(['doctor', db])
  expect([stderr, code]).toEqual(['', 0])
  expect(stdout).toMatch(/^holds +2 keys in 2 databases$/m)
  expect(stdout).toMatch(/^dirdict +2 keys, by version: .+ \(2\); service directory: yes$/m)
  expect(stdout).toMatch(/^ISF +0 keys$/m)
  expect(stdout).toMatch(/^healthy$/m)
  expect(cliJson('doctor', db)).toMatchObject({
    healthy: true,
    findings: [],
    repairs: [],
    census: { keys: 2 },
  })
})

it('lists what ails a database and what repair would do, with exit code 1', () => {
  cli(['set', db, 'a', '--value', '1'])
  const metadata = path(db, 'a', 'metadata.json')
  const content = { ...JSON.parse(readFileSync(metadata, 'utf8')), metadata_creation_time: 'post_hoc' }
  writeFileSync(metadata, JSON.stringify(content))
  mkdirSync(path(db, 'evil\u001b[2J'))
  writeFileSync(path(db, 'stray\u009b.txt'), '')
  const { stdout, code } = cli(['doctor', db])
  expect(code).toBe(1)
  expect(stdout).toContain('problem no-loader: "evil\\u001b[2J"')
  expect(stdout).toContain('problem stray-file: "stray\\u009b.txt"')
  expect(stdout).toContain('repair restored: "a" metadata.json')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  const asJson = cli(['doctor', db, '--json'])
  expect(asJson.code).toBe(1)
  expect(JSON.parse(asJson.stdout)).toMatchObject({ healthy: false, repairs: [{ key: 'a' }] })
  expect(JSON.parse(readFileSync(metadata, 'utf8'))).toEqual(content)
})

it('fails with 2 where there is no database', () => {
  const { stderr, code } = cli(['doctor', 'nothing'])
  expect(stderr).toMatch(/^error NOT_A_DATABASE: /)
  expect(code).toBe(2)
})

it('get lists the arrays of a shared store', async () => {
  const store = await DataBase.open(path(db))
  await store.set('traces', { m: array([1, 2], [1, 2]), 'b\u001b': new Int8Array(3) }, shared)
  await store.close()
  expect(cli(['get', db, 'traces']).stdout).toBe('b\\u001b  int8 [3]\nm  float64 [1, 2]\n')
  expect(cliJson('get', db, 'traces')).toEqual([
    { name: 'b\u001b', shape: [3], dtype: 'int8' },
    { name: 'm', shape: [1, 2], dtype: 'float64' },
  ])
  writeFileSync(path(db, 'traces', 'long__2__float128'), new Uint8Array(32))
  const { stdout, code } = cli(['get', db, 'traces'])
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /^b\\u001b {2}int8 \[3\]\nlong {2}\(UNSUPPORTED_FORMAT: .+\)\nm {2}float64 \[1, 2\]\n$/,
  )
  expect(cliJson('get', db, 'traces')).toMatchObject([
    {},
    { name: 'long', error: expect.stringMatching(/^UNSUPPORTED_FORMAT/) },
    {},
  ])
  expect(cli(['get', db, 'traces', '--out', 'x']).stderr).toContain('OPTION_INVALID')
})
