/**
 * Turns what a pickle made into the user's values. What is named twice is one value, what is a part of itself stays so,
 * and no depth of nesting costs a depth of calls.
 */
import { Container, type Model, PyObject } from './model.js'
import type { Reading } from './reading.js'

/** Objects between looks at the clock. */
const STEPS = 1024

/** The user's value of `model`. UNSUPPORTED_FORMAT where a part of it has none. */
export async function finish(model: Model, reading: Reading): Promise<unknown> {
  const bytes = new Map<Uint8Array, Uint8Array>()
  const finished = (member: Model): unknown => {
    if (typeof member !== 'object' || member === null) return member
    if (member instanceof PyObject) return member.finished
    return Array.isArray(member) ? member : bytes.get(member)
  }
  let steps = 0
  for (const container of await begin(model, bytes, reading)) {
    if (Array.isArray(container)) fillList(container, finished)
    else container.fill(container.finished as object, finished, reading)
    if (++steps % STEPS === 0) await reading.pause()
  }
  return finished(model)
}

/** Begins all that is reached, containers without their members, which it gives. */
async function begin(
  model: Model,
  bytes: Map<Uint8Array, Uint8Array>,
  reading: Reading,
): Promise<(Container | Model[])[]> {
  const containers: (Container | Model[])[] = []
  const lists = new Set<Model[]>()
  const waiting: Model[] = [model]
  const meet = (member: Model): void => {
    if (typeof member !== 'object' || member === null) return
    if (!(member instanceof PyObject && member.finished !== undefined)) waiting.push(member)
  }
  let steps = 0
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (++steps % STEPS === 0) await reading.pause()
    if (typeof next !== 'object' || next === null) continue
    if (next instanceof PyObject) {
      if (next.finished !== undefined) continue
      const value = next instanceof Container ? next.begin(reading) : next.toValue(reading)
      next.finished = value instanceof Promise ? await value : value
      if (!(next instanceof Container)) continue
      containers.push(next)
      for (const member of next.members()) meet(member)
    } else if (!Array.isArray(next)) {
      if (!bytes.has(next)) bytes.set(next, ownBytes(next, reading))
    } else if (!lists.has(next)) {
      lists.add(next)
      containers.push(next)
      for (const member of next) meet(member)
    }
  }
  return containers
}

/** Bytes on memory of their own, unless they are most of the file. */
function ownBytes(bytes: Uint8Array, reading: Reading): Uint8Array {
  if (reading.isMost(bytes.length)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  reading.spend(bytes.length)
  return Uint8Array.from(bytes)
}

/** A list is an array already, whose members are exchanged in their places. */
function fillList(models: Model[], finished: (member: Model) => unknown): void {
  const list: unknown[] = models
  for (let i = 0; i < models.length; i++) list[i] = finished(models[i]!)
}
