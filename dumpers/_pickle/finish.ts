/**
 * Turns what a pickle made into the user's values. What is named twice is one value, what is a part of itself stays so,
 * and no depth of nesting costs a depth of calls.
 */
import { Container, type Model, PyFloat, PyObject } from './model.js'
import type { Reading } from './reading.js'

/** The user's value of `model`. UNSUPPORTED_FORMAT where a part of it has none. */
export async function finish(model: Model, reading: Reading): Promise<unknown> {
  const values = new Map<object, unknown>()
  const containers = await begin(model, values, reading)
  const finished = (member: Model): unknown => {
    if (typeof member !== 'object' || member === null) return member
    return member instanceof PyFloat ? member.value : values.get(member)
  }
  for (const container of containers) fill(container, values, finished, reading)
  return finished(model)
}

/** The values of all that is reached, those of containers still empty. Gives the containers. */
async function begin(
  model: Model,
  values: Map<object, unknown>,
  reading: Reading,
): Promise<(Container | Model[])[]> {
  const containers: (Container | Model[])[] = []
  const waiting: Model[] = [model]
  const meet = (member: Model): void => {
    if (typeof member !== 'object' || member === null || member instanceof PyFloat) return
    if (!values.has(member)) waiting.push(member)
  }
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null || values.has(next)) continue
    if (Array.isArray(next)) {
      values.set(next, next)
      containers.push(next)
      for (const member of next) meet(member)
    } else if (next instanceof Container) {
      const begun = next.begin(reading)
      values.set(next, begun instanceof Promise ? await begun : begun)
      containers.push(next)
      for (const member of next.members()) meet(member)
    } else {
      const value = next instanceof PyObject ? next.toValue(reading) : bytesValue(next, reading)
      values.set(next, value instanceof Promise ? await value : value)
    }
  }
  return containers
}

/** Bytes on memory of their own, unless they are most of the file. */
function bytesValue(bytes: Uint8Array, reading: Reading): Uint8Array {
  if (reading.isMost(bytes.length)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  reading.spend(bytes.length)
  return Uint8Array.from(bytes)
}

/** A list is an array already, whose members are exchanged in their places. */
function fill(
  container: Container | Model[],
  values: ReadonlyMap<object, unknown>,
  finished: (member: Model) => unknown,
  reading: Reading,
): void {
  if (!Array.isArray(container)) {
    container.fill(values.get(container) as object, finished, reading)
    return
  }
  const list: unknown[] = container
  for (let i = 0; i < container.length; i++) list[i] = finished(container[i]!)
}
