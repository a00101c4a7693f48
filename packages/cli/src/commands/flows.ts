import type { EventJson, FlowRun, FlowState } from '@heartwood/protocol'
import { type Command, type Context, type GlobalOptions, say, writeLine } from '../context.ts'
import { EXIT } from '../errors.ts'
import { type ExportFormat, exporters } from '../export/formats.ts'
import { sayPartial } from '../output/partial.ts'
import { formatTable } from '../output/table.ts'
import { formatDuration } from '../output/units.ts'
import { toAgo } from '../server/ago.ts'
import { needProject } from '../server/choose-project.ts'
import { onServer } from './call.ts'

interface RangeOptions {
  from: string
  to: string
}

/** Flows by name. */
export const listFlows = (): Command<RangeOptions> =>
  onServer(async ({ client }, context, options) => {
    const project = await needProject(client, options.project)
    const answer = await client.flows({ query: { project: project.id, ...rangeOf(options) } })
    sayPartial(context, answer.partial, 'counted')
    if (options.json) return printJson(context, answer.flows)
    if (answer.flows.length === 0) return nothing(context, options)
    const rows = answer.flows.map((flow) => [
      flow.name,
      String(flow.runs),
      flow.successRate === null ? '-' : `${(flow.successRate * 100).toFixed(1)} %`,
      String(flow.failed),
      String(flow.stalled),
      String(flow.running),
      duration(flow.p50Ms),
      duration(flow.p95Ms),
      flow.lastAt,
    ])
    await writeLine(context.stdout, formatTable(['FLOW', 'RUNS', 'SUCCESS', 'FAILED', 'STALLED', 'RUNNING', 'P50', 'P95', 'LAST'], rows))
    if (answer.sampled) say(context, 'There are more runs in this time; these are the figures of the newest.')
    return EXIT.done
  })

/** Runs, of one flow or of all, newest first. */
export const listRuns = ([name]: string[]): Command<RangeOptions & { state?: FlowState; limit: number }> =>
  onServer(async ({ client }, context, options) => {
    const project = await needProject(client, options.project)
    const { state, limit } = options
    const filter = {
      project: project.id,
      ...rangeOf(options),
      limit,
      ...(name === undefined ? {} : { name }),
      ...(state === undefined ? {} : { state }),
    }
    const { runs, hasMore, partial } = await client.flowRuns({ query: filter })
    sayPartial(context, partial, 'searched')
    if (options.json) return printJson(context, runs)
    if (runs.length === 0) return nothing(context, options)
    await writeLine(context.stdout, formatTable(['RUN', 'STATE', 'STARTED', 'TOOK', 'EVENTS', 'LAST STEP', 'LAST MESSAGE'], runs.map(runRow)))
    if (hasMore) say(context, `There are more than these ${runs.length}; --limit shows more.`)
    return EXIT.done
  })

/** One run, event by event. */
export const showRun = ([id = '']: string[]): Command<{ format?: ExportFormat }> =>
  onServer(async ({ client }, context, options) => {
    const project = await needProject(client, options.project)
    const answer = await client.flowRun({ params: { id }, query: { project: project.id } })
    const { run, events, missingSteps } = answer
    sayPartial(context, answer.partial, 'searched')
    if (options.format !== undefined)
      return printAs(
        context,
        options.format,
        events.map(({ event }) => event),
      )
    if (options.json) return printJson(context, answer)
    await writeLine(context.stdout, `${run.flowId}  ${run.state}  ${formatDuration(run.durationMs)}  ${run.services.join(', ')}`.trimEnd())
    const rows = events.map(({ event, offsetMs, deltaMs, gap }) => [
      `+${formatDuration(offsetMs)}`,
      `${formatDuration(deltaMs)}${gap ? ' gap' : ''}`,
      stepNumber(event.stepIndex),
      event.level.toUpperCase(),
      event.service ?? '-',
      event.message,
    ])
    await writeLine(context.stdout, formatTable(['AT', 'SINCE', 'STEP', 'LEVEL', 'SERVICE', 'MESSAGE'], rows))
    if (missingSteps.length > 0) say(context, `Steps without an event: ${missingSteps.map(stepNumber).join(', ')}.`)
    if (answer.truncated) say(context, `The run has more events than these ${events.length}.`)
    return EXIT.done
  })

async function printAs(context: Context, format: ExportFormat, events: readonly EventJson[]): Promise<number> {
  const { head, event: write, tail } = exporters[format]
  if (head !== undefined) await writeLine(context.stdout, head)
  for (const [index, event] of events.entries()) await writeLine(context.stdout, write(event, index))
  if (tail !== undefined) await writeLine(context.stdout, tail)
  return EXIT.done
}

async function printJson(context: Context, value: unknown): Promise<number> {
  await writeLine(context.stdout, JSON.stringify(value, null, 2))
  return EXIT.done
}

function nothing(context: Context, { from, to }: GlobalOptions & RangeOptions): number {
  say(context, `No run of a flow began between ${from} and ${to}.`)
  return EXIT.done
}

const rangeOf = ({ from, to }: RangeOptions): RangeOptions => ({ from: toAgo(from), to: toAgo(to) })
/** As people count, from 1, like the page; JSON has them from 0. */
const stepNumber = (index: number | undefined): string => (index === undefined ? '-' : String(index + 1))
const duration = (ms: number | null): string => (ms === null ? '-' : formatDuration(ms))
const runRow = (run: FlowRun): string[] => [
  run.flowId,
  run.state,
  run.startedAt,
  formatDuration(run.durationMs),
  String(run.events),
  stepNumber(run.lastStep),
  run.lastMessage,
]
