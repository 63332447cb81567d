/**
 * A walk over a plain value that finds the first thing a format cannot hold, and where it stands. It keeps its own
 * stack: deep nesting must give an error, not end the process.
 */

/** What a format says about one value. */
export interface Judge {
  /** Why a value that has no members is refused; undefined: it is fine. */
  atom(value: unknown): string | undefined
  /** Why a container is refused, whatever lies in it. */
  container(value: object): string | undefined
  /** The members of a container that is neither an array nor a plain object; undefined: it is one of these. */
  members?(value: object): readonly unknown[] | undefined
  /** Whether a value may be part of itself. */
  readonly cycles: boolean
}

interface Step {
  readonly value: object
  readonly parent: Step | undefined
  readonly name: string | number
  readonly depth: number
  /** The members have been walked, and the walk leaves the container. */
  entered: boolean
}

/** JSON.stringify and v8.serialize recurse; deeper than this they may run out of stack. */
const DEEPEST = 1_000

/** The first obstacle in words, its place first (`$.a[3] is NaN`); undefined where there is none. */
export function findObstacle(root: unknown, judge: Judge): string | undefined {
  const seen = new Set<object>()
  const stack: Step[] = []
  const meet = (value: unknown, parent: Step | undefined, name: string | number): string | undefined => {
    const why = judge.atom(value)
    if (why !== undefined) return `${place(parent, name)} ${why}`
    if (typeof value !== 'object' || value === null) return undefined
    stack.push({ value, parent, name, depth: (parent?.depth ?? 0) + 1, entered: false })
    return undefined
  }
  const first = meet(root, undefined, '$')
  if (first !== undefined) return first
  for (let step = stack.at(-1); step !== undefined; step = stack.at(-1)) {
    const { value } = step
    if (step.entered || (judge.cycles && seen.has(value))) {
      stack.pop()
      if (!judge.cycles) seen.delete(value)
      continue
    }
    if (seen.has(value)) return `${place(step.parent, step.name)} is part of itself`
    if (step.depth > DEEPEST) return `a member is nested deeper than ${DEEPEST} levels`
    const why = judge.container(value)
    if (why !== undefined) return `${place(step.parent, step.name)} ${why}`
    step.entered = true
    seen.add(value)
    for (const [name, member] of membersOf(value, judge)) {
      const obstacle = meet(member, step, name)
      if (obstacle !== undefined) return obstacle
    }
  }
  return undefined
}

function membersOf(value: object, judge: Judge): Iterable<readonly [string | number, unknown]> {
  const special = judge.members?.(value)
  if (special !== undefined) return special.entries()
  // An array's iterator visits holes too, of which there may be billions.
  const dense = Array.isArray(value) && Object.keys(value).length >= value.length
  return dense ? value.entries() : Object.entries(value)
}

function place(parent: Step | undefined, name: string | number): string {
  const names: string[] = []
  let at = parent
  let last = name
  while (at !== undefined) {
    names.push(typeof last === 'number' ? `[${last}]` : `.${last}`)
    last = at.name
    at = at.parent
  }
  return `$${names.reverse().join('')}`
}
