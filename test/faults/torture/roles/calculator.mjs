/** Calculates what is missing, directly and through a memo, and forgets results. Some calculations fail. */
import { CALCULATED, MEMO } from '../keys.mjs'
import { quartet } from '../values.mjs'

const ARGUMENTS = [0, 1]

export async function calculator(actor) {
  const { db, recorder, nextId, random, pick } = actor
  let calculation
  const memo = db.memo(MEMO, async n => calculation(n), quartet)

  return async () => {
    const id = nextId()
    if (random() < 0.6) {
      const key = pick(CALCULATED)
      await calculate({ key, id }, fn => db.maybeCalculate(key, fn, quartet))
      return
    }
    const argument = pick(ARGUMENTS)
    const key = await memo.key(argument)
    if (random() < 0.3) await recorder.change({ op: 'delete', key }, () => memo.forget(argument))
    else
      await calculate({ key, id }, async fn => {
        calculation = fn
        return memo(argument)
      })
  }

  async function calculate({ key, id }, ask) {
    await recorder.change(
      { op: 'calculate', key, id },
      async saw => {
        const found = await ask(async () => {
          saw({ called: true })
          if (random() < 0.05) throw Object.assign(new Error('no such sum'), { code: 'NO_SUM' })
          return { key, id, version: 1 }
        })
        return found.id
      },
      // Deleted before it could be read: KEY_NOT_FOUND.
      ['NO_SUM', 'CALCULATION_FAILED', 'KEY_NOT_FOUND'],
    )
  }
}
