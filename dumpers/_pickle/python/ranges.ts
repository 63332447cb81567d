/**
 * Python's `range` and `slice`: three numbers, any of which may be absent.
 */
import { Container, type Model } from '../model.js'

export class PyRange extends Container {
  readonly python: 'range' | 'slice'
  readonly start: Model
  readonly stop: Model
  readonly step: Model

  constructor(python: 'range' | 'slice', start: Model, stop: Model, step: Model) {
    super()
    this.python = python
    this.start = start
    this.stop = stop
    this.step = step
  }

  members(): readonly Model[] {
    return [this.start, this.stop, this.step]
  }

  /** An object `{ start, stop, step }`: a range may have more members than memory holds. */
  begin(): object {
    return {}
  }

  fill(begun: object, finished: (member: Model) => unknown): void {
    const { start, stop, step } = this
    Object.assign(begun, { start: finished(start), stop: finished(stop), step: finished(step) })
  }
}
