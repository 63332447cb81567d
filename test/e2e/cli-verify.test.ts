/** `dirdict verify` and `dirdict repair`: exit codes, JSON, progress on a terminal alone, Ctrl-C. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CLI, useShell } from './shell.js'

const { cli, cliJson, path } = useShell()
const db = 'db'
const hasScript = spawnSync('script', ['--version']).status === 0

it('verify says that all is as it was written, with exit code 0', () => {
  cli(['set', db, 'a/x', '--value', '1'])
  cli(['set', db, 'b', '--value', '2'])
  expect(cli(['verify', db])).toMatchObject({
    stdout: '2 checked, 1 without sums, 0 problems\n',
    stderr: '',
    code: 0,
  })
  expect(cliJson('verify', db, 'b')).toEqual({
    healthy: true,
    checked: 1,
    unchecked: [],
    problems: [],
    unrecorded: [],
    repairs: [],
  })
  expect(cli(['verify', db, '--no-recurse']).stdout).toBe('1 checked, 1 without sums, 0 problems\n')
})

it('verify names what is damaged, with exit code 1, and cannot steer the terminal', () => {
  cli(['set', db, 'a', '--value', '[1, 2]'])
  truncateSync(path(db, 'a', 'value.json'), 1)
  mkdirSync(path(db, 'evil\u001b[2J'))
  const { stdout, code } = cli(['verify', db])
  expect(code).toBe(1)
  expect(stdout).toContain('problem CORRUPT_ENTRY: "a" ')
  expect(stdout).toContain('"evil\\u001b[2J"')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  const asJson = cli(['verify', db, 'a', '--json'])
  expect([asJson.code, JSON.parse(asJson.stdout)]).toMatchObject([1, { healthy: false, checked: 0 }])
})

it.each([
  ['verify', 'nothing'],
  ['verify', 'db', 'no-key'],
  ['repair', 'nothing'],
  ['repair', 'db', '--dry-run', '--new-state'],
])('%s %s %s fails with 2', (...args) => {
  cli(['set', db, 'a', '--value', '1'])
  const { stderr, code } = cli(args)
  expect(stderr).toMatch(/^error [A-Z_]+: /)
  expect(code).toBe(2)
})

it('repair foretells, does, and says that nothing is left', () => {
  cli(['set', db, 'a', '--value', '1'])
  rmSync(path(db, 'a', 'metadata.json'))
  writeFileSync(path(db, '.deleting.dirdict', 'work', 'mine'), '')
  const foretold = cli(['repair', db, '--dry-run'])
  expect(foretold).toMatchObject({
    code: 0,
    stdout: 'set aside: .deleting.dirdict/work/mine\nrestored: "a" metadata.json\nNothing was changed.\n',
  })
  const done = cliJson('repair', db)
  expect(done).toMatchObject({
    dryRun: false,
    repairs: [
      { action: 'set aside', to: expect.stringMatching(/^\.deleting\.dirdict\/trash\/aside-.+\/mine$/) },
      { key: 'a', action: 'restored' },
    ],
  })
  expect(cli(['repair', db])).toMatchObject({ stdout: 'nothing to repair\n', stderr: '', code: 0 })
})

it('repair --new-state makes a lost db_state.json anew; without it, it is told', () => {
  cli(['set', db, 'a', '--value', '1'])
  rmSync(path(db, 'db_state.json'))
  expect(cli(['repair', db])).toMatchObject({ code: 2 })
  expect(cli(['repair', db, '--new-state'])).toMatchObject({ stdout: 'nothing to repair\n', code: 0 })
  expect(cli(['get', db, 'a']).stdout).toBe('1\n')
})

it('Ctrl-C ends verify with 130 and nothing on standard output', async () => {
  cli(['set', db, 'a', '--from', '-', '--dumper', 'bytes'], new Uint8Array(2 ** 20))
  for (let i = 0; i < 50; i++) mkdirSync(path(db, `folder${i}`))
  const child = spawn(process.execPath, [
    '--import',
    'data:text/javascript,process.once("newListener",()=>{});process.on("newListener",name=>{if(name==="SIGINT")setImmediate(()=>process.kill(process.pid,"SIGINT"))})',
    CLI,
    'verify',
    path(db),
  ])
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  const [code] = await once(child, 'exit')
  expect([code, output]).toEqual([130, ''])
  expect(cli(['repair', db, '--dry-run']).stdout).toBe('nothing to repair\n')
})

it.skipIf(!hasScript)(
  `progress is one line that is rewritten, on a terminal alone${hasScript ? '' : ' (skipped: no command script)'}`,
  () => {
    cli(['set', db, 'a', '--value', '1'])
    const command = `"${process.execPath}" "${CLI}" verify "${path(db)}"`
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' })
    expect(stdout).toContain('\r\u001b[K1 of 1 keys')
    expect(stdout).toContain('\r\u001b[K1 checked, 0 without sums, 0 problems')
  },
)
