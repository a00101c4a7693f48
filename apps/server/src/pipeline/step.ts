import type { DropReason, Event } from '@heartwood/protocol'
import type { PipelineContext } from './context.ts'

/** Why a step ended the way of an event; counted by reason and told to the sender. */
export class Drop {
  readonly reason: DropReason
  readonly message: string
  constructor(reason: DropReason, message: string) {
    this.reason = reason
    this.message = message
  }
}

/** One step of the pipeline: a pure function of (event, context). It may change the event it is given; it never keeps it. */
export interface Step {
  name: string
  run(event: Event, context: PipelineContext): Event | Drop
}
