import { expect, it } from 'vitest'
import { nameSteps, stepsAhead, toRunLines } from './model.ts'

const at = (stepIndex: number | undefined, gap = false) => ({ event: { stepIndex }, deltaMs: 5_000, gap })

it('shows missing steps in their place, several in a row as one line, and a pause before the event that ends it', () => {
  const lines = toRunLines([at(0), at(undefined), at(3, true), at(5)], [1, 2, 4])
  expect(lines.map((line) => (line.kind === 'missing' ? line.steps : line.kind))).toEqual(['event', 'event', [1, 2], 'gap', 'event', [4], 'event'])
})

it('counts steps as people do', () => {
  expect([[0], [1, 2], [1, 2, 3], [1, 4]].map((steps) => nameSteps(steps))).toEqual(['Step 1', 'Steps 2 and 3', 'Steps 2 to 4', 'Steps 2 and 5'])
})

it('names the steps ahead of a run that stopped, but not those that few runs ever reach', () => {
  const steps = [100, 90, 80, 10].map((reached, step) => ({ step, reached }))
  expect(stepsAhead(steps, 100, 0).map(({ step }) => step)).toEqual([1, 2])
  expect(stepsAhead(steps, 100, 2)).toEqual([])
})
