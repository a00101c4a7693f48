import type { Event, UnixMicros } from '@heartwood/protocol'
import type { PipelineContext } from './context.ts'
import { pipeline } from './index.ts'
import { Drop } from './step.ts'

interface StepReport {
  name: string
  /** How many events entered the step. */
  events: number
  /** Nanoseconds spent in it, projected from the events that were timed. */
  nanos: number
}

/** Runs entries through the steps, one at a time. */
export interface PipelineRunner {
  run(record: { [key: string]: unknown }, stamp: UnixMicros | undefined): Event | Drop
  report(): StepReport[]
}

/** Two looks at the clock cost as much as some steps; every 64th event stands for the others. */
const TIMED_EVERY = 64

export function createPipelineRunner(context: PipelineContext): PipelineRunner {
  const names = [pipeline.first.name, ...pipeline.rest.map((step) => step.name)]
  const entered = names.map(() => 0)
  const timed = names.map(() => 0)
  const nanos = names.map(() => 0)
  let count = 0

  const runTimed = (record: { [key: string]: unknown }, stamp: UnixMicros | undefined): Event | Drop => {
    let before = process.hrtime.bigint()
    const lap = (index: number): void => {
      const now = process.hrtime.bigint()
      nanos[index] = (nanos[index] ?? 0) + Number(now - before)
      timed[index] = (timed[index] ?? 0) + 1
      before = now
    }
    let event: Event | Drop = pipeline.first.run(record, stamp, context)
    entered[0] = (entered[0] ?? 0) + 1
    lap(0)
    for (const [index, step] of pipeline.rest.entries()) {
      event = step.run(event, context)
      entered[index + 1] = (entered[index + 1] ?? 0) + 1
      lap(index + 1)
      if (event instanceof Drop) return event
    }
    return event
  }

  return {
    run(record, stamp) {
      if (count++ % TIMED_EVERY === 0) return runTimed(record, stamp)
      let event: Event | Drop = pipeline.first.run(record, stamp, context)
      entered[0] = (entered[0] ?? 0) + 1
      for (let index = 0; index < pipeline.rest.length; index++) {
        const step = pipeline.rest[index]
        if (step === undefined) break
        event = step.run(event, context)
        entered[index + 1] = (entered[index + 1] ?? 0) + 1
        if (event instanceof Drop) return event
      }
      return event
    },
    report: () =>
      names.map((name, index) => ({
        name,
        events: entered[index] ?? 0,
        nanos: Math.round(((nanos[index] ?? 0) * (entered[index] ?? 0)) / Math.max(1, timed[index] ?? 0)),
      })),
  }
}
