/**
 * Reads what the processes have recorded, and puts each call together with its answer. A call without an answer is that of
 * a process that was killed: it may have happened or not.
 */
import { readdirSync, readFileSync } from 'node:fs'

/** All operations of a folder of recordings, and what is wrong by itself. */
export function readHistories(folder) {
  const operations = []
  const wrong = []
  let events = 0
  for (const name of readdirSync(folder)) {
    // The last line may have been cut off by a kill.
    const lines = readFileSync(`${folder}/${name}`, 'utf8').split('\n').slice(0, -1)
    events += lines.length
    const open = new Map()
    for (const line of lines) {
      const { n, at, ...content } = JSON.parse(line)
      if (content.wrong !== undefined) {
        wrong.push(`${name}: ${content.wrong}`)
        continue
      }
      const before = open.get(n) ?? { process: name, n }
      // What was seen on the way has a time of its own.
      open.set(n, Object.assign(before, content, at === undefined ? {} : { at }))
    }
    for (const operation of open.values()) if (operation.op !== undefined) operations.push(operation)
  }
  return { operations, wrong, events }
}
