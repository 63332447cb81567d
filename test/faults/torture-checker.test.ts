/** The checker of the torture run finds each kind of wrong in histories made by hand, and nothing in good ones. */
import { describe, expect, it } from 'vitest'
import { checkHistory, type Recorded } from './torture/checker.mjs'

describe('a good history', () => {
  it('of writes, reads and removals one after the other', () => {
    expect(
      checkHistory([
        set(1, 0, 1),
        get(1, 2, 3),
        set(2, 4, 5),
        get(2, 6, 7),
        remove(8, 9),
        get(null, 10, 11),
        has(false, 12, 13),
        set(3, 14, 15),
        has(true, 16, 17),
      ]),
    ).toEqual([])
  })

  it('may see either value, or none, while a write or a removal is under way', () => {
    const around = [set(1, 0, 1), set(2, 2, 9), remove(20, 29)]
    expect(checkHistory([...around, get(1, 3, 4), get(2, 5, 6)])).toEqual([])
    expect(checkHistory([...around, get(2, 21, 22), get(null, 23, 24)])).toEqual([])
  })

  it('may have happened or not where a process was killed', () => {
    const killed = { op: 'set', key: 'maybe-0', id: 2, start: 2 }
    expect(checkHistory([set(1, 0, 1), killed, get(1, 10, 11), get(2, 20, 21)])).toEqual([])
    expect(checkHistory([set(1, 0, 1), killed, get(1, 10, 11), get(1, 20, 21)])).toEqual([])
  })

  it('of renames that took what was read at their goal, also of a killed process', () => {
    const rename = { op: 'rename', key: 'maybe-0', to: 'moved-7', start: 2 }
    const moved = { ...get(1, 5, 6), key: 'moved-7' }
    expect(checkHistory([set(1, 0, 1), { ...rename, end: 3 }, moved, get(null, 7, 8)])).toEqual([])
    expect(checkHistory([set(1, 0, 1), rename, moved, get(null, 7, 8)])).toEqual([])
    expect(checkHistory([set(1, 0, 1), rename, get(1, 7, 8)])).toEqual([])
  })
})

describe('what is wrong is found', () => {
  const cases: Record<string, readonly Recorded[]> = {
    'BACK IN TIME': [set(1, 0, 1), set(2, 2, 9), get(2, 3, 4), get(1, 5, 6)],
    LOST: [set(1, 0, 1), set(2, 2, 3), get(1, 4, 5)],
    'FROM NOWHERE': [set(1, 0, 1), get(7, 2, 3)],
    'TOO EARLY': [get(1, 0, 1), set(1, 2, 3)],
    GHOST: [{ ...set(1, 0, 1), failed: 'LOCK_LOST' }, get(1, 2, 3)],
    TWICE: [set(1, 0, 1), set(1, 2, 3)],
    'FALSE KEY_NOT_FOUND': [set(1, 0, 1), get(null, 2, 3)],
    'FALSE SIGHT': [set(1, 0, 1), remove(2, 3), has(true, 4, 5)],
    'CAME BACK': [set(1, 0, 1), remove(2, 3), get(1, 4, 5)],
    'LOST UPDATE': [set(1, 0, 1), update(1, 2, 2, 10), update(1, 3, 3, 11)],
  }
  for (const [kind, operations] of Object.entries(cases)) {
    it(kind, () => expect(kindsIn(operations)).toContain(kind))
  }

  it('BACK IN TIME: two values that were seen in turns', () => {
    const turns = [get(2, 3, 4), get(1, 5, 6), get(2, 7, 8)]
    expect(kindsIn([set(1, 0, 1), set(2, 2, 9), ...turns])).toContain('BACK IN TIME')
  })

  it('FALSE KEY_NOT_FOUND: absent between two reads of one value, while another process writes', () => {
    expect(kindsIn([set(1, 0, 1), set(2, 2, 99), get(2, 3, 4), get(null, 5, 6), get(2, 7, 8)])).toContain(
      'FALSE KEY_NOT_FOUND',
    )
  })

  it('FALSE KEY_NOT_FOUND: a key that a listing leaves out', () => {
    const list = { op: 'list', start: 2, end: 3, result: [] }
    expect(kindsIn([set(1, 0, 1), list])).toContain('FALSE KEY_NOT_FOUND')
  })

  it('LOST UPDATE: an acknowledged link that the last value was not made of', () => {
    const chain = [set(1, 0, 1), update(1, 2, 2, 3), update(2, 3, 4, 5), update(2, 4, 6)]
    const inArray = [...chain, get(4, 8, 9)].map(operation => ({ ...operation, key: 'array' }))
    expect(checkHistory(inArray).join()).toMatch(/LOST UPDATE: array was acknowledged as 3/)
  })

  it('CAME BACK: a key below a database that was deleted', () => {
    const below = [set(1, 0, 1), get(1, 4, 5)].map(operation => ({ ...operation, key: 'mine/x0' }))
    expect(kindsIn([...below, { ...remove(2, 3), key: 'mine' }])).toContain('CAME BACK')
  })

  it('TWICE: one value that two renames have moved', () => {
    const moves = ['moved-7', 'moved-8'].flatMap(to => [
      { op: 'rename', key: 'maybe-0', to, start: 2, end: 5 },
      { ...get(1, 6, 7), key: to },
    ])
    expect(kindsIn([set(1, 0, 1), ...moves])).toContain('TWICE')
  })

  it('FALSE STALE_HANDLE: nobody had touched what the handle was opened on', () => {
    const stale = { op: 'get', key: 'maybe-0', held: 1, start: 2, end: 3, failed: 'STALE_HANDLE' }
    expect(kindsIn([set(1, 0, 1), stale])).toContain('FALSE STALE_HANDLE')
    expect(kindsIn([set(1, 0, 1), stale, set(2, 2, 4)])).toEqual([])
  })
})

describe('below a nested database that is renamed', () => {
  const add = { op: 'add', key: 'tower', id: 5, start: 0, end: 1 }
  const rename = { op: 'rename', key: 'tower', to: 'tower-9', start: 2, end: 3 }
  const look = (result: number[], key = 'tower-9'): Recorded => ({
    op: 'found',
    key,
    start: 4,
    end: 5,
    result,
  })

  it('what was acknowledged lies in one of those that it became', () => {
    expect(kindsIn([add, rename, look([5])])).toEqual([])
    expect(kindsIn([add, rename, look([])])).toContain('LOST')
    expect(kindsIn([add, rename, look([5]), look([5], 'tower-10')])).toContain('TWICE')
  })

  it('what failed, or came later, does not', () => {
    expect(kindsIn([{ ...add, failed: 'LOCK_LOST' }, rename, look([5])])).toContain('GHOST')
    expect(kindsIn([{ ...add, start: 6, end: 7 }, rename, look([5])])).toContain('TOO LATE')
  })
})

describe('rows of a shared store', () => {
  const append = (id: number, start: number, end: number, result: number): Recorded => ({
    op: 'append',
    key: 'store',
    generation: 1,
    id,
    start,
    end,
    result,
  })
  const read = (start: number, end: number, ...rows: number[]): Recorded => ({
    op: 'rows',
    key: 'store',
    start,
    end,
    result: { generation: 1, rows: [1, ...rows] },
  })
  const store = { ...set(1, -2, -1), key: 'store' }

  it('are a growing beginning of one sequence', () => {
    const appends = [store, append(2, 0, 1, 1), append(3, 2, 3, 2)]
    expect(kindsIn([...appends, read(1, 2, 2), read(4, 5, 2, 3)])).toEqual([])
    expect(kindsIn([...appends, read(4, 5, 2), read(6, 7, 2, 3)])).toContain('LOST')
    expect(kindsIn([...appends, read(4, 5, 3, 2)])).toContain('LOST')
    expect(kindsIn([...appends, read(4, 5, 2, 3), read(6, 7, 2)])).toContain('BACK IN TIME')
    expect(kindsIn([...appends, read(1, 2, 3), read(4, 5, 2, 3)])).toContain('CHANGED')
    expect(kindsIn([...appends, read(4, 5, 2, 3, 3)])).toContain('TWICE')
    expect(kindsIn([...appends, read(4, 5, 2, 3, 9)])).toContain('FROM NOWHERE')
  })

  it('are not those of a handle whose store was replaced', () => {
    const replaced = { ...set(7, 2, 3), key: 'store' }
    expect(kindsIn([store, replaced, append(2, 4, 5, 1)])).toContain('LOST')
  })
})

function set(id: number, start: number, end: number): Recorded {
  return { op: 'set', key: 'maybe-0', id, start, end }
}

function get(result: number | null, start: number, end: number): Recorded {
  return { op: 'get', key: 'maybe-0', start, end, result }
}

function has(result: boolean, start: number, end: number): Recorded {
  return { op: 'has', key: 'maybe-0', start, end, result }
}

function remove(start: number, end: number): Recorded {
  return { op: 'delete', key: 'maybe-0', start, end, result: true }
}

/** An update that read `saw` just before it wrote `id`. */
function update(saw: number, id: number, start: number, end: number = start + 1): Recorded {
  return { op: 'update', key: 'maybe-0', saw, id, start, at: start, end }
}

function kindsIn(operations: readonly Recorded[]): readonly string[] {
  return checkHistory(operations).map(found => found.split(':')[0] ?? '')
}
