/**
 * Compares arrays: dtype, shape, and elements by blocks, so that two arrays larger than memory can be compared.
 */
import { type LazyArray, type NDArray, ndarray, npz } from '../../index.js'
import { changed, type Difference, onlyIn } from './difference.js'
import { countOf, ElementComparison } from './elements.js'
import type { Side } from './side.js'

/** Elements of a block. */
const BLOCK = 2 ** 20

export async function compareArrays(a: Side, b: Side): Promise<Difference> {
  const left = await a.db.get(a.key, ndarray.lazy)
  try {
    const right = await b.db.get(b.key, ndarray.lazy)
    try {
      return await compareLazy(left, right)
    } finally {
      await right.close()
    }
  } finally {
    await left.close()
  }
}

/** Archives array by array. */
export async function compareArchives(a: Side, b: Side): Promise<Difference> {
  const [left, right] = [new Map(Object.entries(await a.db.get(a.key, npz))), await b.db.get(b.key, npz)]
  const { removed, added } = onlyIn(left.keys(), Object.keys(right))
  const found: [string, Difference][] = []
  for (const [name, array] of left) {
    const other = Object.hasOwn(right, name) ? right[name] : undefined
    if (other !== undefined) found.push([`array ${name}`, compareLoaded(array, other)])
  }
  const differing = found.filter(([, { equal }]) => !equal)
  return {
    equal: differing.length + removed.length + added.length === 0,
    facts: {
      ...(removed.length > 0 && { removed }),
      ...(added.length > 0 && { added }),
      ...Object.fromEntries(differing.map(([name, { facts }]) => [name, facts])),
    },
  }
}

/** Arrays in memory. */
function compareLoaded(a: NDArray, b: NDArray): Difference {
  const unlike = layoutChange(a, b)
  if (Object.keys(unlike).length > 0) return { equal: false, facts: unlike }
  const comparison = new ElementComparison()
  comparison.add(a, b, 0)
  return { equal: comparison.equal, facts: { dtype: a.dtype, shape: a.shape, ...comparison.facts } }
}

async function compareLazy(a: LazyArray, b: LazyArray): Promise<Difference> {
  const unlike = layoutChange(a, b)
  if (Object.keys(unlike).length > 0) return { equal: false, facts: unlike }
  // These have no blocks, and yet may have fields that differ.
  if (a.shape.length === 0 || a.shape.includes(0)) return compareLoaded(await a.read(), await b.read())
  const rows = Math.max(1, Math.floor(BLOCK / Math.max(1, countOf(a.shape.slice(1)))))
  const comparison = new ElementComparison()
  const others = b.blocks({ rows })[Symbol.asyncIterator]()
  try {
    let row = 0
    for await (const block of a.blocks({ rows })) {
      const { done, value } = await others.next()
      if (!done) comparison.add(block, value, row)
      row += rows
    }
  } finally {
    await others.return?.()
  }
  return { equal: comparison.equal, facts: { dtype: a.dtype, shape: a.shape, ...comparison.facts } }
}

function layoutChange(
  a: Pick<NDArray, 'dtype' | 'shape'>,
  b: Pick<NDArray, 'dtype' | 'shape'>,
): Difference['facts'] {
  return { ...changed('dtype', a.dtype, b.dtype), ...changed('shape', a.shape, b.shape) }
}
