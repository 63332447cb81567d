/**
 * Proves from what all processes have recorded that the database behaved as one that does one thing after the other: what
 * each of them saw fits some order of all operations that does not contradict the clock. Gives what does not fit.
 */
import { checkAppends } from './checks/appends.mjs'
import { checkChain, checkUpdates } from './checks/chains.mjs'
import { checkHandles } from './checks/handles.mjs'
import { checkNested } from './checks/nested.mjs'
import { checkPresence } from './checks/presence.mjs'
import { registersOf } from './checks/registers.mjs'
import { checkRenames } from './checks/renames.mjs'
import { checkValues } from './checks/values.mjs'
import { NOTED, STANDING } from './keys.mjs'

/** Everything that is wrong in a history, in words. */
export function checkHistory(operations) {
  const registers = registersOf(operations)
  const found = []
  for (const [key, register] of registers) {
    found.push(...checkValues(register), ...checkPresence(register), ...checkUpdates(register))
    if (STANDING.includes(key) || key === `${NOTED}#note`) found.push(...checkChain(register))
  }
  found.push(...checkRenames(operations, registers))
  found.push(...checkHandles(operations, registers))
  found.push(...checkNested(operations), ...checkAppends(operations))
  return found
}
