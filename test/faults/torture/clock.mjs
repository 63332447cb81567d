/**
 * Loaded before everything else into some of the processes: the clock on the wall jumps by up to an hour, back and forth,
 * as it does when a machine is set right. The machine's own clock stays as it is, and so does the one that only counts.
 */
const JUMPS_MS = [0, 1_000, -1_000, 61_000, -61_000, 660_000, -660_000, 3_600_000, -3_600_000]
const TrueDate = Date
let offset = 0

globalThis.Date = class extends TrueDate {
  constructor(...args) {
    super(...(args.length === 0 ? [TrueDate.now() + offset] : args))
  }

  static now() {
    return TrueDate.now() + offset
  }
}

setInterval(
  () => {
    offset = JUMPS_MS[Math.floor(Math.random() * JUMPS_MS.length)]
    if (process.connected) process.send({ jumped: true })
  },
  400 + Math.random() * 1000,
).unref()
