export interface StepTimes {
  add(steps: readonly { name: string; events: number; nanos: number }[]): void
  list(): { name: string; events: number; microsPerEvent: number }[]
}

/** Adds up what the pipeline's steps cost since the start. */
export function createStepTimes(): StepTimes {
  const totals = new Map<string, { events: number; nanos: number }>()
  return {
    add(steps) {
      for (const { name, events, nanos } of steps) {
        const total = totals.get(name) ?? { events: 0, nanos: 0 }
        total.events += events
        total.nanos += nanos
        totals.set(name, total)
      }
    },
    list: () => [...totals].map(([name, { events, nanos }]) => ({ name, events, microsPerEvent: events === 0 ? 0 : nanos / events / 1000 })),
  }
}
