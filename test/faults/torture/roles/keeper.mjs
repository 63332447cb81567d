/** Repairs and verifies, beside all others. */
import { setTimeout as pause } from 'node:timers/promises'

export async function keeper({ db, recorder, random }) {
  return async () => {
    if (random() < 0.6) {
      await recorder.change({ op: 'repair' }, async () => {
        const done = await db.repair()
        for (const { action, key, detail } of done)
          if (!['finished', 'unlocked', 'collected'].includes(action))
            recorder.wrong(`REPAIR ${action} ${key}: ${detail}`)
        return done.length
      })
    } else {
      await recorder.look({ op: 'verify' }, async () => {
        const { checked, problems } = await db.verify()
        if (problems.length > 0) throw new Error(`VERIFY: ${JSON.stringify(problems)}`)
        return checked
      })
    }
    await pause(50 + random() * 400)
  }
}
