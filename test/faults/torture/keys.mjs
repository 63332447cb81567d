/**
 * The keys of the torture run, by what happens to them. Keys that are made for one rename or copy have the number of a
 * value in their name.
 */

/** These are always there: each value is made of the one before, and nobody deletes them. */
export const STANDING = ['array', 'value', 'quartet', 'grid', 'table']
/** These come and go: set, updated, deleted, renamed away, copied. */
export const COMING = ['maybe-0', 'maybe-1']
/** Written together by batches, deleted one by one. */
export const TOGETHER = ['batch-0', 'batch-1', 'batch-2']
/** Where fresh keys are renamed to, if it is free. */
export const GOAL = 'goal'
/** Calculated where they are missing. */
export const CALCULATED = ['calc-0', 'calc-1']
/** Holds the results of a memo. */
export const MEMO = 'memo'
/** Its attributes are a chain as the values of {@link STANDING} are. */
export const NOTED = 'noted'
/** A managed folder and a shared store, replaced under those who hold handles on them. */
export const BOX = 'box'
export const STORE = 'store'
/** A nested database that is deleted above those who write into it, and its keys. */
export const MINE = 'mine'
export const BELOW = ['mine/x0', 'mine/x1', 'mine/x2']
/** A nested database that is only ever renamed: what was written below it has to be somewhere. */
export const TOWER = 'tower'

/** Keys whose presence every listing is checked for. */
export const LISTED = [...STANDING, ...COMING, ...TOGETHER, GOAL, ...CALCULATED, NOTED]

/** A key that is made for one rename or copy. */
export const PASSING = /^(from|moved|copy)-\d+$/
/** A tower that was renamed and is to be looked through. */
export const FALLEN = /^tower-\d+$/

const NAMED = [...LISTED, BOX, STORE, MINE, TOWER, MEMO]

export function isKnown(key) {
  return NAMED.includes(key) || PASSING.test(key) || FALLEN.test(key)
}
