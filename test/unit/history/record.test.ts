/** The record of a transcript: one object for as long as nothing changes, masked, and of limited length. */
import { expect, it } from 'vitest'
import type { CodeCell } from '../../../src/metadata.js'
import { HistoryRecord, LONGEST_TEXT } from '../../../src/provenance/history/record.js'
import type { Transcript } from '../../../src/provenance/history/transcript.js'
import { TOKENS } from './samples.js'

/** A notebook whose cells are given one by one. */
class Typed implements Transcript {
  readonly kind = 'notebook'
  readonly source = 'preload-hook'
  readonly complete = true
  readonly cells: CodeCell[] = []

  constructor(...codes: string[]) {
    for (const code of codes) this.run(code)
  }

  run(code: string): void {
    this.cells.push({ n: this.cells.length + 1, code })
  }

  get changes(): number {
    return this.cells.length
  }
}

it('is the same frozen object until something more runs', () => {
  const typed = new Typed('1')
  const record = new HistoryRecord(typed)
  const first = record.read()
  expect(record.read()).toBe(first)
  expect(Object.isFrozen(first) && Object.isFrozen(first.cells) && Object.isFrozen(first.cells[0])).toBe(true)
  typed.run('2')
  expect(record.read()).toEqual({ ...first, cells: [...first.cells, { n: 2, code: '2' }] })
  expect(first.cells.length).toBe(1)
})

it('keeps all that fits, exactly', () => {
  const half = 'x'.repeat(LONGEST_TEXT / 2)
  const { complete, cells } = new HistoryRecord(new Typed(half, half)).read()
  expect(complete).toBe(true)
  expect(cells.map(({ code }) => code)).toEqual([half, half])
})

it('keeps the newest cells, the oldest of them up to a line, and is partial then', () => {
  const long = `first line\nsecond line\n${'x'.repeat(LONGEST_TEXT)}`
  const { complete, cells } = new HistoryRecord(new Typed('oldest', long, 'newest')).read()
  expect(complete).toBe(false)
  expect(cells).toEqual([
    { n: 2, code: 'first line\nsecond line\n' },
    { n: 3, code: 'newest' },
  ])
})

it('keeps nothing of one endless line', () => {
  expect(new HistoryRecord(new Typed('x'.repeat(LONGEST_TEXT + 1))).read()).toMatchObject({
    complete: false,
    cells: [],
  })
})

it('masks before it cuts', () => {
  const [, secret = ''] = TOKENS[0] ?? []
  for (let shift = 1; shift < secret.length; shift++) {
    const text = `${'x'.repeat(LONGEST_TEXT - shift - 1)}\n${secret}\n`
    const [cell] = new HistoryRecord(new Typed(text)).read().cells
    expect(cell?.code).not.toContain(secret.slice(4, 12))
  }
})
