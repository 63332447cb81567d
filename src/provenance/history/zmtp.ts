/**
 * Listens to what a ZeroMQ PUB socket sends: the little of ZMTP 3.0 that a subscriber on the same machine needs
 * (https://rfc.zeromq.org/spec/23/). Keeps no process alive.
 */
import { connect, type NetConnectOpts, type Socket } from 'node:net'

const MORE = 1
const LONG = 2
const COMMAND = 4
const GREETING_BYTES = 64

/** Calls `onMessage` with the frames of every message, for as long as any come. */
export function subscribe(address: NetConnectOpts, onMessage: (frames: readonly Buffer[]) => void): void {
  const socket = connect(address)
  const parser = conversation(socket, onMessage)
  let chunks: Buffer[] = []
  let bytes = 0
  let wanted = parser.next().value
  socket.unref()
  socket.write(greeting())
  // Whoever listens says that what he has heard is partial anyway; a kernel that ends takes its socket along.
  socket.on('error', () => socket.destroy())
  socket.on('data', chunk => {
    chunks.push(chunk)
    bytes += chunk.length
    // Joined only once there is enough: a picture arrives in hundreds of chunks.
    if (bytes < wanted) return
    let rest: Buffer = Buffer.concat(chunks)
    while (rest.length >= wanted) {
      const part = rest.subarray(0, wanted)
      rest = rest.subarray(wanted)
      wanted = parser.next(part).value
    }
    chunks = [rest]
    bytes = rest.length
  })
}

/** What the other side says, in parts: yields how many bytes come next, and is given them. */
function* conversation(
  socket: Socket,
  onMessage: (frames: readonly Buffer[]) => void,
): Generator<number, never, Buffer> {
  yield GREETING_BYTES
  socket.write(frame(COMMAND, '\x05READY\x0bSocket-Type\0\0\0\x03SUB'))
  let frames: Buffer[] = []
  while (true) {
    const flags = (yield 1).readUInt8()
    const length = flags & LONG ? Number((yield 8).readBigUInt64BE()) : (yield 1).readUInt8()
    const body = yield length
    if (flags & COMMAND) {
      // Ready: 1 and an empty prefix subscribe to everything.
      if (body.toString('latin1', 1, 6) === 'READY') socket.write(frame(0, '\x01'))
      continue
    }
    frames.push(body)
    if (flags & MORE) continue
    onMessage(frames)
    frames = []
  }
}

/** Signature, version 3.0, the mechanism without authentication. */
function greeting(): Buffer {
  const bytes = Buffer.alloc(GREETING_BYTES)
  bytes[0] = 0xff
  bytes[9] = 0x7f
  bytes[10] = 3
  bytes.write('NULL', 12)
  return bytes
}

function frame(flags: number, body: string): Buffer {
  return Buffer.concat([Buffer.from([flags, body.length]), Buffer.from(body, 'latin1')])
}
