/** What is legal in pickles, if odd: much of it at once, members that are one here, spans and zones without measure. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { decodePickle } from '../../dumpers/_pickle/decode.js'
import { stream, unpickled } from './pickle-streams.js'

/** An array of the dtype `O`, upon the items that are on top of the stack. */
const ofObjects = (shape: string, items: string): Buffer =>
  stream(
    `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(${shape}tcnumpy\ndtype\n(S'O8'\nI0\nI1\ntRI00\n](${items}etb.`,
  )

describe('a sound stream', () => {
  it('of an object in a row of its own, many times over, is not too large', async () => {
    const rows = (await unpickled(ofObjects('I600000\nI1\n', 'N'.repeat(600_000)))) as unknown[]
    expect(rows).toHaveLength(600_000)
    expect(rows[599_999]).toEqual([null])
    const empty = ofObjects('I1000000\nI1000\nI0\n', '')
    await expect(unpickled(empty)).rejects.toMatchObject({ code: 'CORRUPT_ENTRY' })
  })

  const decimal = 'cdecimal\nDecimal\n(V1\ntR'
  it.each([
    ['a Decimal and its text are keys', `}(${decimal}K\x01V1\nK\x02u.`],
    ['a text and its Decimal are keys', `}(V1\nK\x01${decimal}K\x02u.`],
    ['a Decimal and its text are members', `c__builtin__\nset\n((l${decimal}aV1\natR.`],
    ['two NaN are keys', '}(Fnan\nK\x01Fnan\nK\x02u.'],
    ['UTF-8 and Unicode of Python 2 are keys', "}(S'\\xc3\\xa9'\nK\x01V\xe9\nK\x02u."],
  ])('in which %s is refused, because here they are one', async (_name, text) => {
    await expect(unpickled(stream(text))).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining('are one here'),
    })
  })

  it('has one NaN in a set for several, and the last value of a key that it sets twice', async () => {
    expect(await unpickled(stream('c__builtin__\nset\n((lFnan\naFnan\naI1\natR.'))).toEqual(
      new Set([Number.NaN, 1]),
    )
    expect(await unpickled(stream('}(K\x01K\x02K\x01K\x03u.'))).toEqual(new Map([[1, 3]]))
    expect(await unpickled(stream('}(V1\nK\x02V1\nK\x03u.'))).toEqual({ 1: 3 })
  })

  it('with a span of more than 64 bits of microseconds is refused', async () => {
    const span = (days: number): Buffer => stream(`cdatetime\ntimedelta\n(I${days}\nI0\nI0\ntR.`)
    await expect(unpickled(span(999_999_999))).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
    await expect(unpickled(span(-999_999_999))).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' })
    expect(await unpickled(span(106_751_991))).toMatchObject({
      data: BigInt64Array.of(9_223_372_022_400_000_000n),
    })
  })

  it('that names a zone in many ways keeps one formatter', async () => {
    let made = 0
    const { DateTimeFormat } = Intl
    onTestFinished(() => {
      Intl.DateTimeFormat = DateTimeFormat
    })
    Intl.DateTimeFormat = new Proxy(DateTimeFormat, {
      construct(target, args) {
        made++
        return Reflect.construct(target, args)
      },
    })
    const names = ['pacific/chatham', 'Pacific/Chatham', 'PACIFIC/chatham', 'pacific/CHATHAM']
    const moments = names.map(name =>
      stream(
        'cdatetime\ndatetime\n(C',
        10,
        Buffer.of(7, 228, 1, 1, 1, 1, 1, 0, 0, 0),
        `czoneinfo\nZoneInfo\n(V${name}\ntRtR`,
      ),
    )
    await unpickled(stream('](', ...moments, 'e.'))
    expect(made).toBe(1)
  })

  it.each([
    ['opcodes', stream('](', 'N0'.repeat(5e5), 'e.')],
    ['objects', stream('](', ']'.repeat(2e5), 'e.')],
  ])('of many %s lets others have their turn, and stops at an abort', async (_name, bytes) => {
    let turns = 0
    const controller = new AbortController()
    const ended = vi.fn()
    const read = decodePickle(Uint8Array.from(bytes), 'stream').finally(ended)
    const count = (): void => {
      turns++
      if (ended.mock.calls.length === 0) setImmediate(count)
    }
    setImmediate(count)
    await read
    expect(turns).toBeGreaterThan(1)
    const aborted = decodePickle(Uint8Array.from(bytes), 'stream', [], controller.signal)
    setImmediate(() => controller.abort(new Error('enough')))
    await expect(aborted).rejects.toThrow('enough')
  })
})
