/**
 * What a history says of each key by itself, as of a register: writes of values that no other write has, reads of them,
 * removals, and looks that found the key absent or there. Each with the time in which it happened; what was not answered
 * may have happened at any time after its call, or never.
 */
import { LISTED } from '../keys.mjs'

const NEVER = Number.POSITIVE_INFINITY
const NOT_THERE = 'KEY_NOT_FOUND'

/** The register of each key, by key. */
export function registersOf(operations) {
  const registers = new Registers()
  // Keys below a database have to be known before it is deleted.
  for (const { key, keys = [key] } of operations)
    for (const name of keys) if (name !== undefined) registers.at(name)
  for (const operation of operations) TELLS[operation.op]?.(operation, registers)
  // What a rename or a copy has moved is known by what was read at its goal.
  for (const operation of operations) MOVES[operation.op]?.(operation, registers)
  return registers.byKey
}

class Registers {
  byKey = new Map()
  /** Of each nested database, the registers of the keys in it. */
  #below = new Map()

  at(key) {
    let register = this.byKey.get(key)
    if (register === undefined) {
      register = { key, writes: [], reads: [], removals: [], absences: [], sights: [], failed: new Set() }
      this.byKey.set(key, register)
      const parent = key.split('/').slice(0, -1).join('/')
      if (parent !== '') this.#below.set(parent, [...(this.#below.get(parent) ?? []), register])
    }
    return register
  }

  /** A key and those below it, which come and go with it. */
  *from(key) {
    yield this.at(key)
    yield* this.#below.get(key) ?? []
  }
}

const TELLS = {
  set: (operation, registers) => tellWrite(operation, registers.at(operation.key)),

  batch(operation, registers) {
    for (const key of operation.keys) tellWrite(operation, registers.at(key))
  },

  update(operation, registers) {
    const register = registers.at(operation.key)
    const { start, at, saw } = operation
    if (saw === undefined) return
    if (saw === null) register.absences.push({ start, end: at })
    else register.reads.push({ id: saw, start, end: at })
    tellWrite({ ...operation, start: at }, register)
  },

  calculate(operation, registers) {
    const register = registers.at(operation.key)
    const { start, at, end = NEVER, called, failed, result } = operation
    if (called) {
      register.absences.push({ start, end: at })
      // It was deleted before it could be read: written it was.
      const written = failed === NOT_THERE ? { ...operation, failed: undefined } : operation
      tellWrite({ ...written, start: at }, register)
    }
    if (result !== undefined) register.reads.push({ id: result, start: called ? at : start, end })
    if (failed === NOT_THERE) register.absences.push({ start, end })
  },

  get(operation, registers) {
    const register = registers.at(operation.key)
    const { start, end, result } = operation
    if (result === null) register.absences.push({ start, end })
    else if (result !== undefined) register.reads.push({ id: result, start, end })
  },

  has({ key, start, end, result }, registers) {
    if (result !== undefined) registers.at(key)[result ? 'sights' : 'absences'].push({ start, end })
  },

  list({ start, end, result }, registers) {
    if (result === undefined) return
    for (const key of LISTED)
      registers.at(key)[result.includes(key) ? 'sights' : 'absences'].push({ start, end })
  },

  delete(operation, registers) {
    for (const register of registers.from(operation.key)) tellRemoval(operation, register)
  },

  append: tellUseOfStore,
  rows: tellUseOfStore,
}

const MOVES = {
  rename(operation, registers) {
    const { key, to, id = readAt(registers.at(to)), start, end = NEVER, failed } = operation
    if (failed === NOT_THERE) registers.at(key).absences.push({ start, end })
    if (failed === 'KEY_EXISTS') registers.at(to).sights.push({ start, end })
    if (failed !== undefined) return tellWrite({ ...operation, id }, registers.at(to))
    for (const register of registers.from(key)) tellRemoval({ ...operation, result: true }, register)
    tellMoved({ ...operation, id }, registers)
  },

  copy(operation, registers) {
    const { key, to, start, end = NEVER, failed } = operation
    if (failed === NOT_THERE) registers.at(key).absences.push({ start, end })
    if (failed === undefined) tellMoved({ ...operation, id: readAt(registers.at(to)) }, registers)
  },
}

/** What lay at `key` lies at `to`; when nobody read it there, all that is known is that something does. */
function tellMoved(operation, registers) {
  const { key, to, id, start, end = NEVER } = operation
  tellWrite({ ...operation, id: id ?? `what was moved to ${to}` }, registers.at(to))
  if (id === undefined) return
  const seen = registers.at(to).reads.filter(read => read.id === id)
  if (seen.length > 0) registers.at(key).reads.push({ id, start, end: earliestEnd([...seen, { end }]) })
}

function tellWrite({ id, start, end = NEVER, failed, saw }, register) {
  if (failed === undefined) register.writes.push({ id, start, end, saw })
  else if (id !== undefined) register.failed.add(id)
}

function tellRemoval({ start, end = NEVER, failed, result }, register) {
  if (failed !== undefined) return
  if (result === false) register.absences.push({ start, end })
  else register.removals.push({ start, end })
}

/** What is done through a handle is done to the generation that it was opened on. */
function tellUseOfStore({ op, key, generation, start, end, failed, result }, registers) {
  if (end === undefined || failed !== undefined) return
  registers.at(key).reads.push({ id: op === 'rows' ? result.generation : generation, start, end })
}

function readAt(register) {
  return register.reads[0]?.id
}

export function earliestEnd(operations) {
  return operations.reduce((least, { end }) => Math.min(least, end), NEVER)
}
