/** Four processes append to one array while others read it: every row is there once, none is torn, none goes again. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { DataBase, type NDArray, shared } from '../../src/index.js'
import { ROWS_OF_ONE, WIDTH } from './children/appended.mjs'
import { leftovers } from './scene.js'

const APPENDER = fileURLToPath(new URL('children/appender.mjs', import.meta.url))
const PYTHON = '/usr/bin/python3'
const PROCESSES = 4
const numpy = spawnSync(PYTHON, ['-c', 'import numpy']).status === 0
/** Says that it reads, and maps whatever the directory lists until its standard input ends. Prints how often it did. */
const PYTHON_READER = `
import os, sys, select
import numpy as np
rounds = 0
print('reading', flush=True)
while not select.select([sys.stdin], [], [], 0)[0]:
    for file in os.listdir(sys.argv[1]):
        name, _, dtype = file.rpartition('__')
        name, _, shape = name.rpartition('__')
        if name != 'rows': continue
        shape = tuple(int(n) for n in shape.split('_'))
        try: rows = np.memmap(os.path.join(sys.argv[1], file), dtype, 'r', shape=shape)
        except FileNotFoundError: continue
        assert (rows == rows[:, :1]).all(), 'torn row'
        rounds += 1
print(rounds)
`

it(`appends of several processes keep all rows whole, beside readers${numpy ? '' : ' (none in Python: no python3 with numpy)'}`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'dirdict-append-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const db = await DataBase.open(join(directory, 'db'))
  await db.set('store', null, shared)
  const store = await db.get('store', shared)
  const python = numpy ? run(PYTHON, ['-c', PYTHON_READER, store.path]) : undefined
  // Loading numpy may take longer than all the writers do.
  if (python !== undefined) await Promise.race([once(python.child.stdout!, 'data'), python.end])
  const writers = Array.from({ length: PROCESSES }, (_, i) =>
    run(process.execPath, [APPENDER, db.directory, String(i)]),
  )
  let running = true
  const ended = Promise.all(writers.map(({ end }) => end)).finally(() => {
    running = false
  })
  ended.catch(() => {})
  let [seen, rounds]: [number[], number] = [[], 0]
  while (running) {
    await nextTurn()
    if ((await store.names()).length === 0) continue
    const numbers = numbersOf(rounds % 2 === 0 ? await store.load('rows') : await store.share('rows'))
    expect(numbers.slice(0, seen.length), 'rows that were there').toEqual(seen)
    seen = numbers
    rounds++
  }
  expect(await ended).toEqual(Array(PROCESSES).fill(''))
  python?.child.stdin?.end()
  if (python !== undefined) expect(Number((await python.end).replace('reading', ''))).toBeGreaterThan(0)
  expect(rounds).toBeGreaterThan(1)
  const all = Array.from({ length: PROCESSES * ROWS_OF_ONE }, (_, i) => i)
  expect(numbersOf(await store.load('rows')).sort((a, b) => a - b)).toEqual(all)
  expect(readdirSync(store.path).filter(name => name.startsWith('rows'))).toEqual([
    `rows__${all.length}_${WIDTH}__float64`,
  ])
  await db.repair()
  await db.close()
  expect(leftovers(db.directory)).toEqual([])
}, 120_000)

/** What the process prints; rejects where it fails. */
function run(program: string, args: readonly string[]): { child: ChildProcess; end: Promise<string> } {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let [said, errors] = ['', '']
  onTestFinished(() => void child.kill())
  child.stdout.on('data', text => {
    said += text
  })
  child.stderr.on('data', text => {
    errors += text
  })
  const end = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`${program} ended with ${code}: ${errors}`)
    return said
  })
  // Met when it is waited for; until then Node would take a failure for one that nobody handles.
  end.catch(() => {})
  return { child, end }
}

/** The number of each row, whose elements are all alike. */
function numbersOf({ data, shape }: NDArray): number[] {
  const elements = data as Float64Array
  return Array.from({ length: shape[0] ?? 0 }, (_, i) => {
    const row = elements.subarray(i * WIDTH, (i + 1) * WIDTH)
    if (row.some(element => element !== row[0])) throw new Error(`row ${i} is torn`)
    return row[0] ?? Number.NaN
  })
}
