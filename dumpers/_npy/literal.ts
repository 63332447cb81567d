/**
 * Reads the Python literals that stand in npy headers: dicts, tuples, lists, strings, integers, booleans and None.
 * Nothing is ever evaluated.
 */

/** A Python literal. Tuples and lists differ: numpy takes only a tuple as a shape. */
export type Literal =
  | string
  | number
  | boolean
  | null
  | readonly Literal[]
  | { readonly tuple: readonly Literal[] }
  | ReadonlyMap<Literal, Literal>

/** The literal in `text`. Throws a SyntaxError for anything else. */
export function parseLiteral(text: string): Literal {
  return new Parser(text).whole()
}

/** Deeper than any dtype, and far from the end of the stack. */
const DEEPEST = 64
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
}
const words: Readonly<Record<string, Literal>> = { True: true, False: false, None: null }

class Parser {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): Literal {
    const value = this.#value()
    this.#skip(/\s*/y)
    if (this.#at < this.#text.length) throw this.#unexpected()
    return value
  }

  #value(): Literal {
    this.#skip(/\s*/y)
    if (++this.#depth > DEEPEST) throw new SyntaxError(`nested deeper than ${DEEPEST} at ${this.#at}`)
    const value =
      this.#dict() ?? this.#tuple() ?? this.#list() ?? this.#string() ?? this.#number() ?? this.#word()
    this.#depth--
    return value
  }

  #dict(): Literal | undefined {
    if (!this.#take('{')) return undefined
    const members = new Map<Literal, Literal>()
    this.#items('}', () => {
      const name = this.#value()
      this.#expect(':')
      members.set(name, this.#value())
    })
    return members
  }

  #tuple(): Literal | undefined {
    if (!this.#take('(')) return undefined
    const tuple: Literal[] = []
    const comma = this.#items(')', () => tuple.push(this.#value()))
    return tuple.length === 1 && !comma ? tuple[0] : { tuple }
  }

  #list(): Literal | undefined {
    if (!this.#take('[')) return undefined
    const list: Literal[] = []
    this.#items(']', () => list.push(this.#value()))
    return list
  }

  /** Reads items up to `end`; true where there was a comma among or behind them. */
  #items(end: string, item: () => void): boolean {
    let comma = false
    while (!this.#take(end)) {
      item()
      if (this.#take(',')) comma = true
      else {
        this.#expect(end)
        return comma
      }
    }
    return comma
  }

  #string(): string | undefined {
    const quote = this.#skip(/[ub]?(['"])/iy)?.[1]
    if (quote === undefined) return undefined
    let text = ''
    for (;;) {
      text += this.#skip(quote === "'" ? /[^'\\\n]*/y : /[^"\\\n]*/y)?.[0] ?? ''
      if (this.#text[this.#at] === quote) break
      const escaped = this.#skip(/\\(?:([ntr\\'"])|x([\dA-Fa-f]{2})|u([\dA-Fa-f]{4})|U(00[\dA-Fa-f]{6}))/y)
      const code = Number.parseInt(escaped?.[2] ?? escaped?.[3] ?? escaped?.[4] ?? '0', 16)
      if (escaped === undefined || code > 0x10ffff) throw this.#unexpected()
      text += escaped[1] === undefined ? String.fromCodePoint(code) : escapes[escaped[1]]
    }
    this.#at++
    return text
  }

  #number(): number | undefined {
    // Python 2 wrote long integers with an L.
    const digits = this.#skip(/(-?\d+)L?(?![\w.])/y)?.[1]
    // Adding 0 makes -0 the zero that it is in Python.
    return digits === undefined ? undefined : Number(digits) + 0
  }

  #word(): Literal {
    const word = this.#skip(/True|False|None/y)?.[0]
    if (word === undefined) throw this.#unexpected()
    return words[word] ?? null
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw this.#unexpected()
  }

  #take(sign: string): boolean {
    this.#skip(/\s*/y)
    if (this.#text[this.#at] !== sign) return false
    this.#at++
    return true
  }

  #skip(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) return undefined
    this.#at += found[0].length
    return found
  }

  #unexpected(): SyntaxError {
    const found = this.#text[this.#at]
    return new SyntaxError(`unexpected ${found === undefined ? 'end' : `'${found}'`} at ${this.#at}`)
  }
}
