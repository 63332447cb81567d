/**
 * The bytes of a pickle as they are made: small ones gathered into pieces, large memory passed on as it lies.
 */
import * as op from '../opcodes.js'

/** Bytes of a piece, about. */
const PIECE: number = 64 * 2 ** 10
/** Longer memory becomes a piece of its own. */
const LARGE: number = 4 * 2 ** 10
/** Room for any opcode with a number for its argument. */
const HEAD = 16

export class Output {
  #piece: Buffer = Buffer.allocUnsafeSlow(PIECE)
  #at = 0
  #ready: Uint8Array[] = []
  /** Entries of the memo. */
  #kept = 0

  /** Whether there are pieces to write. */
  get isReady(): boolean {
    return this.#ready.length > 0
  }

  /** The pieces that are complete. */
  take(): Uint8Array[] {
    const ready = this.#ready
    this.#ready = []
    return ready
  }

  /** All that is left. */
  end(): Uint8Array[] {
    this.#complete(0)
    return this.take()
  }

  opcode(code: number): void {
    this.#room(HEAD)
    this.#piece[this.#at++] = code
  }

  /** An opcode with an argument of `width` bytes. */
  number(code: number, value: number, width: 1 | 2 | 4): void {
    this.opcode(code)
    this.#at = this.#piece.writeUIntLE(value, this.#at, width)
  }

  int32(value: number): void {
    this.opcode(op.BININT)
    this.#at = this.#piece.writeInt32LE(value, this.#at)
  }

  float(value: number): void {
    this.opcode(op.BINFLOAT)
    this.#at = this.#piece.writeDoubleBE(value, this.#at)
  }

  /** Text, halves of surrogate pairs as Python's `surrogatepass` writes them. */
  text(text: string): void {
    const bytes = isWellFormed(text) ? undefined : withSurrogates(text)
    const length = bytes?.length ?? Buffer.byteLength(text)
    if (length < 256) this.number(op.SHORT_BINUNICODE, length, 1)
    else this.number(op.BINUNICODE, length, 4)
    if (bytes !== undefined) this.memory(bytes)
    else if (length > PIECE) this.memory(Buffer.from(text))
    else {
      this.#room(length)
      this.#at += this.#piece.write(text, this.#at, 'utf8')
    }
  }

  /** The opcode of bytes, of which `length` follow. */
  bytes(length: number): void {
    if (length < 256) this.number(op.SHORT_BINBYTES, length, 1)
    else if (length < 2 ** 32) this.number(op.BINBYTES, length, 4)
    else {
      this.number(op.BINBYTES8, length % 2 ** 32, 4)
      this.#at = this.#piece.writeUInt32LE(Math.floor(length / 2 ** 32), this.#at)
    }
  }

  /** Bytes as they are, without an opcode. */
  memory(bytes: Uint8Array): void {
    if (bytes.length > LARGE) {
      this.#complete(HEAD)
      this.#ready.push(bytes)
      return
    }
    this.#room(bytes.length)
    this.#piece.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** Keeps what is on top of the stack; the number that gives it again. */
  memoize(): number {
    this.opcode(op.MEMOIZE)
    return this.#kept++
  }

  get(index: number): void {
    if (index < 256) this.number(op.BINGET, index, 1)
    else this.number(op.LONG_BINGET, index, 4)
  }

  #room(bytes: number): void {
    if (this.#at + bytes > this.#piece.length) this.#complete(bytes)
  }

  /** Ends the piece; the next one has room for `bytes`. */
  #complete(bytes: number): void {
    if (this.#at > 0) this.#ready.push(this.#piece.subarray(0, this.#at))
    const rest = this.#piece.subarray(this.#at)
    this.#piece = rest.length >= bytes ? rest : Buffer.allocUnsafeSlow(Math.max(PIECE, bytes))
    this.#at = 0
  }
}

/** The method of newer libraries, many times faster than an expression. */
function isWellFormed(text: string & { isWellFormed?(): boolean }): boolean {
  return text.isWellFormed?.() ?? !/\p{Surrogate}/u.test(text)
}

function withSurrogates(text: string): Buffer {
  const parts = text.split(/(\p{Surrogate})/u).map(part => {
    if (!/^\p{Surrogate}$/u.test(part)) return Buffer.from(part)
    const unit = part.charCodeAt(0)
    return Buffer.of(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
  })
  return Buffer.concat(parts)
}
