/**
 * Time and throughput of each step, printed as a table together with the peak memory of the process.
 */

interface Step {
  readonly name: string
  readonly seconds: number
  readonly bytes: number
}

export class Stopwatch {
  readonly #steps: Step[] = []

  /** Runs a step, which says how many bytes it worked on, as they lie in memory. */
  async time<T>(name: string, run: () => Promise<{ value: T; bytes: number }>): Promise<T> {
    const start = performance.now()
    const { value, bytes } = await run()
    this.#steps.push({ name, bytes, seconds: (performance.now() - start) / 1000 })
    return value
  }

  print(): void {
    for (const { name, seconds, bytes } of this.#steps) {
      const megabytes = bytes / 1e6
      const speed = megabytes / seconds
      console.log(
        `  ${name.padEnd(36)}${seconds.toFixed(2).padStart(7)} s${megabytes.toFixed(2).padStart(9)} MB` +
          `${speed.toFixed(0).padStart(7)} MB/s`,
      )
    }
    // maxRSS is in kibibytes.
    const peak = process.resourceUsage().maxRSS / 1024
    console.log(`  peak memory ${peak.toFixed(0)} MiB`)
  }
}
