/**
 * Compares what the records say: who made two values, with which packages, by which code.
 */
import type { Metadata } from '../../index.js'
import { historySummary, linesOf } from '../code.js'
import { changed, type Facts, onlyIn } from './difference.js'
import { unifiedDiff } from './lines.js'

/** Facts of the records that differ. */
export function compareRecords(a: Metadata, b: Metadata): Facts {
  return {
    ...changed('dumper', a.dumper, b.dumper),
    ...changed('written', a.time.toISOString(), b.time.toISOString()),
    ...changed('commit', a.git?.commit, b.git?.commit),
    ...changed('branch', a.git?.branch, b.git?.branch),
    ...changed('dirty', a.git?.dirty, b.git?.dirty),
    ...changed('remote', a.git?.remote, b.git?.remote),
    ...changed('host', a.host?.name, b.host?.name),
    ...changed('user', a.host?.user, b.host?.user),
    ...changed('runtime', runtimeOf(a), runtimeOf(b)),
    ...changed('tags', a.tags, b.tags),
    ...changed('note', a.note, b.note),
    ...members('attribute', a.attributes, b.attributes),
  }
}

/** Packages that one of them lacked, or had in another version. */
export function compareModules({ modules: a }: Metadata, { modules: b }: Metadata): Facts {
  const { removed, added } = onlyIn(Object.keys(a), Object.keys(b))
  const others = Object.keys(a).filter(name => Object.hasOwn(b, name) && a[name] !== b[name])
  return {
    ...(removed.length > 0 && { removed: removed.map(name => `${name}@${a[name]}`) }),
    ...(added.length > 0 && { added: added.map(name => `${name}@${b[name]}`) }),
    ...(others.length > 0 && {
      changed: Object.fromEntries(others.map(name => [name, { from: a[name], to: b[name] }])),
    }),
  }
}

/** What is known of the code, and how to see more of it. */
export function compareCode(
  a: Metadata,
  b: Metadata,
): { readonly facts: Facts; readonly diff: string | null } {
  const [from, to] = [a.git?.commit, b.git?.commit]
  const facts = {
    ...changed('script', a.script?.path, b.script?.path),
    ...changed('sha256', a.script?.sha256, b.script?.sha256),
    ...changed('history', a.history && historySummary(a.history), b.history && historySummary(b.history)),
    ...(from !== undefined && to !== undefined && from !== to && { command: `git diff ${from} ${to}` }),
  }
  if (a.history === null || b.history === null) return { facts, diff: null }
  return { facts, diff: unifiedDiff(codeOf(a.history), codeOf(b.history)) }
}

function codeOf({ cells }: NonNullable<Metadata['history']>): string[] {
  return cells.flatMap(({ code }) => linesOf(code))
}

function members(name: string, a: Facts, b: Facts): Facts {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return Object.assign({}, ...names.map(member => changed(`${name} ${member}`, a[member], b[member])))
}

function runtimeOf({ runtime }: Metadata): string | undefined {
  return runtime === null ? undefined : [runtime.name, runtime.version].filter(Boolean).join(' ')
}
