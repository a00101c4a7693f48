import type { api as contract, RouteOutput, TimelineRole } from '@heartwood/protocol'
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Fragment, useMemo } from 'react'
import { formatDuration, formatStamp, formatWhole, plural } from '../../lib/format.ts'
import { Chip, Chips } from '../../ui/chip.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Page } from '../../ui/page.tsx'
import { Moment } from '../../ui/stamp.tsx'
import { EmptyState, ErrorState, PartialNotice, SkeletonRows } from '../../ui/states.tsx'
import { Track, TrackGap } from '../../ui/track.tsx'
import { logsWith } from '../logs/log-link.ts'
import { useProjects } from '../projects/projects-api.ts'
import { preciseMs, type RelatedId, relatedIds, type TimelineState } from './model.ts'
import classes from './timeline.module.css'
import { useTimeline, useTimelineProjects } from './timeline-api.ts'
import { TimelineChoice } from './timeline-choice.tsx'
import { StripAxis, TimelineRow } from './timeline-row.tsx'

type Answer = RouteOutput<(typeof contract)['timeline']>

interface TimelineViewProps {
  project: string
  id: string
  state: TimelineState
  onChange: (patch: Partial<TimelineState>) => void
}

/** One id, one page: everything that carries it, in order. */
export function TimelineView({ project, id, state, onChange }: TimelineViewProps) {
  const timeline = useTimeline(project, id, state.kind)
  const first = timeline.data?.pages[0]
  const partial = timeline.data?.pages.find((page) => page.partial)?.partial
  const related = useMemo(() => relatedIds(timeline.lines, id), [timeline.lines, id])
  const dated = first?.from && first.to ? formatStamp(first.from).date !== formatStamp(first.to).date : false
  const strip = timeline.lines.some((line) => line.width > 0)
  return (
    <Page title={id} isId crumb="Timeline" padded actions={<CopyButton text={id} label="Copy id" />}>
      {timeline.error && !first ? (
        <ErrorState title="The timeline could not be read" error={timeline.error} onRetry={() => void timeline.refetch()} />
      ) : !first ? (
        <SkeletonRows rows={14} height={34} />
      ) : (
        <>
          <PartialNotice partial={partial} />
          {first.total === 0 ? (
            <Nothing project={project} id={id} />
          ) : (
            <>
              <Head project={project} answer={first} related={related} kind={timeline.kind} onKind={(kind) => onChange({ kind })} />
              <div data-stale={timeline.isPlaceholderData || undefined}>
                {strip && <StripAxis strip={timeline.strip} />}
                <Track label="Events in order">
                  {timeline.lines.map((line, index) => (
                    <Fragment key={line.event.id}>
                      {line.gap && <TrackGap ms={line.deltaMs} />}
                      <TimelineRow project={project} id={id} line={line} first={index === 0} strip={strip} dated={dated} />
                    </Fragment>
                  ))}
                </Track>
              </div>
              <More timeline={timeline} total={first.kinds.find(({ kind }) => kind === timeline.kind)?.count ?? first.total} />
            </>
          )}
        </>
      )}
    </Page>
  )
}

const ROLE_NAMES: Record<TimelineRole, string> = {
  flow: 'Run',
  trace: 'Trace',
  request: 'Request',
  session: 'Session',
  user: 'User',
  release: 'Release',
}

interface HeadProps {
  project: string
  answer: Answer
  related: readonly RelatedId[]
  kind: string | undefined
  onKind: (kind: string) => void
}

function Head({ project, answer, related, kind, onKind }: HeadProps) {
  const { id, roles, kinds, total, from, to } = answer
  return (
    <header className={classes.head}>
      <Facts
        facts={[
          ...roles.map(({ role, count }) => ({ name: ROLE_NAMES[role], value: plural(count, 'event') })),
          ...(from === null ? [] : [{ name: 'Began', value: <Moment stamp={from} /> }]),
          ...(from !== null && to !== null && from !== to ? [{ name: 'Lasted', value: formatDuration(preciseMs(to) - preciseMs(from)) }] : []),
        ]}
      />
      <Related project={project} ids={related} />
      <div className={classes.bar}>
        <Chips label="Kinds">
          <Chip pressed={kind === undefined} onPress={() => onKind('')}>
            All <b>{formatWhole(total)}</b>
          </Chip>
          {kinds.map((entry) => (
            <Chip key={entry.kind} pressed={kind === entry.kind} onPress={() => onKind(kind === entry.kind ? '' : entry.kind)}>
              {entry.kind} <b>{formatWhole(entry.count)}</b>
            </Chip>
          ))}
        </Chips>
        <div className={classes.links}>
          {roles.map(({ role }) =>
            from === null || to === null ? null : (
              <Link key={role} to="/p/$project/logs" params={{ project }} search={logsWith(role, id, from, to)}>
                {roles.length > 1 ? `Logs by ${role}` : 'Open in Logs'}
              </Link>
            ),
          )}
          {roles.some(({ role }) => role === 'flow') && (
            <Link to="/p/$project/flows/run/$id" params={{ project, id }}>
              Open the run
            </Link>
          )}
        </div>
      </div>
    </header>
  )
}

/** What else its events belong to. */
function Related({ project, ids }: { project: string; ids: readonly RelatedId[] }) {
  if (ids.length === 0) return null
  return (
    <nav className={classes.related} aria-label="Related">
      {ids.map(({ role, id }) => (
        <span key={`${role} ${id}`}>
          <span className="muted">{ROLE_NAMES[role]}</span>{' '}
          {role === 'flow' ? (
            <Link to="/p/$project/flows/run/$id" params={{ project, id }} className="mono">
              {id}
            </Link>
          ) : (
            <Link to="/p/$project/timeline/$id" params={{ project, id }} className="mono">
              {id}
            </Link>
          )}
        </span>
      ))}
    </nav>
  )
}

function More({ timeline, total }: { timeline: ReturnType<typeof useTimeline>; total: number }) {
  const { lines, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = timeline
  if (!hasNextPage) return lines.length > 20 ? <p className={classes.end}>That is all: {plural(lines.length, 'event')}</p> : null
  return (
    <div className={classes.end}>
      <p>
        {formatWhole(lines.length)} of {formatWhole(total)} events
      </p>
      <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        {isFetchNextPageError ? 'The next events could not be read. Try again' : 'Show the next'}
      </Button>
    </div>
  )
}

function Nothing({ project, id }: { project: string; id: string }) {
  const { data: projects = [], isLoading } = useProjects()
  const elsewhere = useTimelineProjects(id, projects.length > 1)
  if (isLoading || elsewhere.isLoading) return <SkeletonRows rows={4} height={34} />
  if (elsewhere.error)
    return <ErrorState title="The other projects could not be searched" error={elsewhere.error} onRetry={() => void elsewhere.refetch()} />
  const others = elsewhere.data?.projects.filter(({ slug }) => slug !== project) ?? []
  if (others.length > 0) return <TimelineChoice id={id} found={others} title="No event of this project carries this id; other projects have it" />
  return (
    <EmptyState
      title="Nothing carries this id"
      ways={
        <Button
          renderRoot={(props) => (
            <Link {...props} to="/p/$project/logs" params={{ project }} search={{ q: `"${id.replace(/["\\]/g, '')}"`, from: '-7d' }} />
          )}
        >
          Look for it in Logs
        </Button>
      }
    >
      <p>
        No event of this project has <span className="mono">{id}</span> as its trace, session, user, request, flow or release. It may not have arrived
        yet, or be older than the project keeps events.
      </p>
    </EmptyState>
  )
}
