import type { Flow, FlowStarter } from './client.ts'
import { createLogger, type LoggerState, type LoggerTools } from './logger.ts'
import { plainStep } from './plain.ts'
import type { FlowState, ScopeChanges } from './scope-data.ts'
import type { FlowPosition } from './types.ts'

export interface FlowTools {
  readonly logger: LoggerTools
  readonly flowId: (name: string) => string
  readonly runWith: <Result>(changes: ScopeChanges, run: () => Result) => Result
}

/** The step that an event takes in its flow; the next event takes the next. */
export const takeStep = (flow: FlowState): FlowPosition => {
  const { id, step } = flow
  if (step !== undefined) flow.step = step + 1
  return { id, step }
}

/** An id is its name and a part of its own, joined by the last hyphen. */
const nameOf = (id: string): string => {
  const end = id.lastIndexOf('-')
  return end > 0 ? id.slice(0, end) : id
}

export const createFlows = (tools: FlowTools): FlowStarter => {
  const open = (state: FlowState): Flow => {
    const logger: LoggerState = { bindings: undefined, flow: state }
    return {
      ...createLogger(tools.logger, logger),
      id: state.id,
      name: nameOf(state.id),
      get step() {
        return state.step ?? 0
      },
      position: () => ({ id: state.id, step: state.step ?? 0 }),
      run: (run) => tools.runWith({ flow: state }, run),
    }
  }
  return Object.assign((name: string) => open({ id: tools.flowId(name), step: 0 }), {
    resume: (id: string, step?: number) => open({ id: String(id), step: plainStep(step) }),
  })
}
