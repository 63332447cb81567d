/**
 * A file system that lives through the calls of a log, as far as they go below one directory, and keeps the record.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { bytesIn, type Call, piecesIn } from './log.js'
import {
  applyChange,
  type Change,
  type Directories,
  type Node,
  type Recording,
  type Sync,
  type Transaction,
  type Version,
} from './recording.js'

const EMPTY = Buffer.alloc(0)

/** Takes in calls one after the other; what they have done is then recorded. */
export class Replay implements Recording {
  readonly root: Node = 0
  readonly initial: Directories
  readonly transactions: Transaction[] = []
  /** Contents of each file; the first of those that lay there at the start is on the disk. */
  readonly versions = new Map<Node, Version[]>()
  readonly syncs: Sync[] = []
  /** When something was acknowledged. */
  readonly acknowledgements: number[] = []
  /** Every call that changed or synced something below the root: after each the power may go. */
  readonly cuts: { readonly ended: number; readonly text: string }[] = []
  readonly #path: string
  readonly #live = new Map<Node, Map<string, Node>>()
  readonly #open = new Map<number, { node: Node; position: number; appends: boolean }>()
  #next = 1

  constructor(path: string) {
    this.#path = path
    this.#live.set(this.root, new Map())
    this.#snapshot(path, this.root)
    this.initial = new Map([...this.#live].map(([node, names]) => [node, new Map(names)]))
  }

  isDirectory(node: Node): boolean {
    return this.#live.has(node)
  }

  /** Takes in the next call that has ended. */
  add(call: Call): void {
    const before = this.transactions.length + this.syncs.length + this.#written
    this.#carryOut(call)
    if (this.transactions.length + this.syncs.length + this.#written === before) return
    this.cuts.push({ ended: call.ended, text: `${call.name}(${readable(call.args).slice(0, 200)})` })
  }

  #written = 0

  #carryOut(call: Call): void {
    const [first = '', second = '', third = '', fourth = ''] = call.args
    const handlers: Record<string, () => void> = {
      openat: () => this.#openFile(call),
      close: () => this.#open.delete(Number(first)),
      write: () => (first === '1' ? this.#said(call) : this.#write(call, bytesIn(second))),
      pwrite64: () => this.#write(call, bytesIn(second), Number(fourth)),
      writev: () => this.#write(call, piecesIn(second)),
      pwritev: () => this.#write(call, piecesIn(second), Number(fourth)),
      copy_file_range: () => this.#copy(call, { input: first, from: second, output: third, to: fourth }),
      sendfile: () => this.#copy(call, { input: second, from: third, output: first, to: 'NULL' }),
      ftruncate: () => this.#truncate(call, Number(second)),
      fsync: () => this.#sync(call),
      fdatasync: () => this.#sync(call),
      mkdir: () => this.#make(call, pathOf(first)),
      rmdir: () => this.#name(call, [[first, undefined]]),
      unlink: () => this.#name(call, [[first, undefined]]),
      link: () => this.#name(call, [[second, this.#find(pathOf(first))]]),
      rename: () => this.#rename(call, first, second),
      utimensat: () => this.#touch(call, first, second, third),
      // Of terminals: to share blocks with a copy fails on these file systems.
      ioctl: () => {},
    }
    const handle = handlers[call.name]
    if (handle === undefined) throw new Error(`the model does not know ${call.name}`)
    handle()
  }

  #openFile(call: Call): void {
    const path = pathOf(call.args[1]!)
    const flags = call.args[2]!.split('|')
    const place = this.#place(path)
    if (place === undefined) return
    let node = this.#find(path)
    if (node === undefined) {
      if (!flags.includes('O_CREAT')) throw new Error(`${path} was opened, and is not there in the model`)
      node = this.#next++
      this.versions.set(node, [{ ended: call.ended, bytes: EMPTY, modified: call.clock }])
      this.#commit(call, [{ ...place, node }])
    }
    this.#open.set(call.result, { node, position: 0, appends: flags.includes('O_APPEND') })
    if (flags.includes('O_TRUNC') && this.#bytes(node).length > 0) this.#put(call, node, EMPTY)
  }

  #write(call: Call, given: Buffer, at?: number): void {
    const open = this.#open.get(Number(call.args[0]))
    if (open === undefined) return
    const old = this.#bytes(open.node)
    const bytes = given.subarray(0, call.result)
    const begin = at ?? (open.appends ? old.length : open.position)
    const next = Buffer.alloc(Math.max(old.length, begin + bytes.length))
    old.copy(next)
    bytes.copy(next, begin)
    if (at === undefined) open.position = begin + bytes.length
    this.#put(call, open.node, next)
  }

  #copy(call: Call, { input, from, output, to }: Record<'input' | 'from' | 'output' | 'to', string>): void {
    const source = this.#open.get(Number(input))
    if (source === undefined || !this.#open.has(Number(output))) return
    const begin = offsetIn(from) ?? source.position
    const bytes = this.#bytes(source.node).subarray(begin, begin + call.result)
    if (from === 'NULL') source.position += call.result
    this.#write({ ...call, args: [output] }, bytes, offsetIn(to))
  }

  #truncate(call: Call, length: number): void {
    const open = this.#open.get(Number(call.args[0]))
    if (open === undefined || this.#bytes(open.node).length === length) return
    const next = Buffer.alloc(length)
    this.#bytes(open.node).copy(next)
    this.#put(call, open.node, next)
  }

  #make(call: Call, path: string): void {
    const place = this.#place(path)
    if (place === undefined) return
    const node = this.#next++
    this.#live.set(node, new Map())
    this.#commit(call, [{ ...place, node }])
  }

  #sync(call: Call): void {
    const open = this.#open.get(Number(call.args[0]))
    if (open !== undefined) this.syncs.push({ node: open.node, begun: call.begun, ended: call.ended })
  }

  #rename(call: Call, from: string, to: string): void {
    this.#name(call, [
      [from, undefined],
      [to, this.#find(pathOf(from))],
    ])
  }

  #name(call: Call, names: readonly (readonly [string, Node | undefined])[]): void {
    const changes = names.flatMap(([path, node]) => {
      const place = this.#place(pathOf(path))
      return place === undefined ? [] : [{ ...place, node }]
    })
    if (changes.length > 0) this.#commit(call, changes)
  }

  /** A file's time of modification goes with its data. */
  #touch(call: Call, directory: string, path: string, times: string): void {
    if (directory !== 'AT_FDCWD' || path === 'NULL') return
    const node = this.#find(pathOf(path))
    const last = node === undefined ? undefined : this.versions.get(node)?.at(-1)
    if (node === undefined || last === undefined) return
    const [, seconds, nanoseconds] = /.*tv_sec=(\d+), tv_nsec=(\d+)/.exec(times) ?? []
    this.versions.get(node)!.push({
      ended: call.ended,
      bytes: last.bytes,
      modified: Number(seconds) + Number(nanoseconds) / 1e9,
    })
    this.#written++
  }

  #said(call: Call): void {
    if (bytesIn(call.args[1]!).toString() === 'acknowledged\n') this.acknowledgements.push(call.ended)
  }

  #commit(call: Call, changes: readonly Change[]): void {
    for (const change of changes) applyChange(this.#live, change)
    this.transactions.push({ ended: call.ended, changes })
  }

  #put(call: Call, node: Node, bytes: Buffer): void {
    this.versions.get(node)!.push({ ended: call.ended, bytes, modified: call.clock })
    this.#written++
  }

  #bytes(node: Node): Buffer {
    return this.versions.get(node)!.at(-1)!.bytes
  }

  #find(path: string): Node | undefined {
    const place = this.#place(path)
    if (place === undefined) return undefined
    return place.name === '' ? place.directory : this.#live.get(place.directory)?.get(place.name)
  }

  /** Where a path leads below the root; undefined for any other. The name is empty for the root itself. */
  #place(path: string): { directory: Node; name: string } | undefined {
    const [, descriptor, rest] = /^\/proc\/self\/fd\/(\d+)\/?(.*)$/.exec(path) ?? []
    const start = descriptor === undefined ? this.root : this.#open.get(Number(descriptor))?.node
    if (start === undefined) return undefined
    if (descriptor === undefined && path !== this.#path && !path.startsWith(`${this.#path}/`))
      return undefined
    const parts = (rest ?? path.slice(this.#path.length))
      .split('/')
      .filter(part => part !== '' && part !== '.')
    const name = parts.pop() ?? ''
    let directory = start
    for (const part of parts) {
      const next = this.#live.get(directory)?.get(part)
      if (next === undefined) throw new Error(`${path} is not there in the model`)
      directory = next
    }
    return { directory, name }
  }

  #snapshot(path: string, directory: Node): void {
    for (const item of readdirSync(path, { withFileTypes: true })) {
      const node = this.#next++
      this.#live.get(directory)!.set(item.name, node)
      const below = `${path}/${item.name}`
      if (item.isDirectory()) {
        this.#live.set(node, new Map())
        this.#snapshot(below, node)
        continue
      }
      const modified = lstatSync(below).mtimeMs / 1000
      this.versions.set(node, [{ ended: -1, bytes: readFileSync(below), modified }])
    }
  }
}

function pathOf(argument: string): string {
  return bytesIn(argument).toString()
}

function readable(args: readonly string[]): string {
  return args
    .map(text => (/^"(\\x..)*"$/.test(text) ? JSON.stringify(bytesIn(text).toString('latin1')) : text))
    .join(', ')
}

/** From `[7]`, as strace shows what a pointer points to. */
function offsetIn(argument: string): number | undefined {
  return argument === 'NULL' ? undefined : Number(/\d+/.exec(argument)?.[0])
}
