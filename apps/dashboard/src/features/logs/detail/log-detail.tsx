import type { EventJson } from '@heartwood/protocol'
import { Button } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { formatStamp } from '../../../lib/format.ts'
import { CopyButton } from '../../../ui/copy.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { LevelMark } from '../../../ui/level-mark.tsx'
import { ErrorState, SkeletonRows } from '../../../ui/states.tsx'
import { Breadcrumbs } from '../error/breadcrumbs.tsx'
import { ErrorPart } from '../error/error-part.tsx'
import { useEvent } from '../logs-api.ts'
import { readBreadcrumbs } from '../model/breadcrumbs.ts'
import { attributeField, readField, showValue, toTree } from '../model/columns.ts'
import { readErrorReport } from '../model/error-report.ts'
import { toCurl } from '../model/export-rows.ts'
import { type FieldActions, FieldLine } from './field-line.tsx'
import { IdLinks } from './id-links.tsx'
import classes from './log-detail.module.css'

export interface LogDetailProps extends FieldActions {
  project: string
  id: string
  timestamp: string
  row: EventJson | undefined
  address: string
  link: () => string
  onId: (field: string, value: string) => void
  onClose: () => void
}

const IDS = ['traceId', 'spanId', 'sessionId', 'userId', 'requestId', 'flowId', 'issueId'] as const
const COLUMNS = ['service', 'environment', 'release', 'host', 'dataset', 'method', 'route', 'path', 'status', 'durationMs', 'stepIndex'] as const
const FILTERABLE = 400

/** Everything about one event. The row shows at once; what rows leave out follows. */
export function LogDetail(props: LogDetailProps) {
  const { project, id, timestamp, row } = props
  const query = useEvent(project, id, timestamp, row)
  const event = query.data ?? row
  if (!event) {
    if (query.error) return <ErrorState title="This event cannot be shown" error={query.error} onRetry={() => void query.refetch()} />
    return <SkeletonRows rows={6} />
  }
  const crumbs = readBreadcrumbs(event)
  const more = detailBesides(event)
  return (
    <article className={classes.detail} aria-label="The event">
      <div className={classes.actions}>
        <CopyButton text={JSON.stringify(event, null, 2)} label="Copy JSON" />
        <CopyButton text={toCurl(event, props.address)} label="Copy as curl" />
        <CopyButton text={props.link()} label="Copy link" />
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          className={classes.close ?? ''}
          leftSection={<Icon name="close" size={14} />}
          onClick={props.onClose}
        >
          Close
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long messages scroll, also by keyboard. */}
      <pre className={`mono ${classes.message}`} tabIndex={0}>
        {event.message}
      </pre>
      <IdLinks project={project} event={event} />
      <ErrorPart key={event.id} event={event} />
      {crumbs && <Breadcrumbs key={event.id} crumbs={crumbs} />}
      <div className={classes.columns}>
        <Fields event={event} {...props} />
        <Attributes event={event} {...props} />
      </div>
      {more && (
        <DetailPart title="More">
          <Tree value={more} {...props} searchable={false} />
        </DetailPart>
      )}
    </article>
  )
}

/** What the detail holds besides what is shown with the error. */
function detailBesides(event: EventJson): EventJson['detail'] {
  const { detail = {}, error } = event
  const told = new Set(readErrorReport(event)?.tells)
  if (error?.stack !== undefined && detail.stack === error.stack) told.add('stack')
  if (readBreadcrumbs(event)) told.add('breadcrumbs')
  const rest = Object.entries(detail).filter(([name]) => !told.has(name))
  return rest.length > 0 ? Object.fromEntries(rest) : undefined
}

function Fields({ event, ...props }: LogDetailProps & { event: EventJson }) {
  const stamp = formatStamp(event.timestamp)
  const received = event.receivedAt ? formatStamp(event.receivedAt) : undefined
  const present = COLUMNS.filter((name) => readField(event, name) !== undefined)
  return (
    <DetailPart title="Fields">
      <FieldLine {...props} field="timestamp" label="timestamp" text={event.timestamp} filterable={false}>
        <span title={stamp.utc}>{stamp.full}</span>
      </FieldLine>
      {received && (
        <FieldLine {...props} field="receivedAt" label="receivedAt" text={event.receivedAt ?? ''} filterable={false}>
          <span title={received.utc}>{received.full}</span>
        </FieldLine>
      )}
      <FieldLine {...props} field="level" label="level" text={event.level} filterable>
        <LevelMark level={event.level} />
      </FieldLine>
      {event.kind !== 'log' && <Plain {...props} event={event} name="kind" />}
      {present.map((name) => (
        <Plain key={name} {...props} event={event} name={name} />
      ))}
      {event.tags?.map((tag) => (
        <FieldLine key={tag} {...props} field="tags" label="tags" text={tag} filterable>
          {tag}
        </FieldLine>
      ))}
      {IDS.map((name) => {
        const value = event[name]
        return value === undefined ? null : (
          <FieldLine key={name} {...props} field={name} label={name} text={value} filterable>
            <button type="button" className={`mono ${classes.id}`} title={`Everything with this ${name}`} onClick={() => props.onId(name, value)}>
              {value}
            </button>
          </FieldLine>
        )
      })}
      <FieldLine {...props} field="id" label="id" text={event.id} filterable={false}>
        <span className="mono">{event.id}</span>
      </FieldLine>
    </DetailPart>
  )
}

function Plain({ event, name, ...actions }: FieldActions & { event: EventJson; name: string }) {
  const text = showValue(readField(event, name))
  return (
    <FieldLine {...actions} field={name} label={name} text={text} filterable>
      {text}
    </FieldLine>
  )
}

function Attributes({ event, ...props }: LogDetailProps & { event: EventJson }) {
  const attributes = event.attributes ?? {}
  return (
    <DetailPart title="Attributes">
      {Object.keys(attributes).length === 0 ? <p className={classes.none}>None were sent.</p> : <Tree value={attributes} {...props} searchable />}
    </DetailPart>
  )
}

function Tree({ value, searchable, ...actions }: FieldActions & { value: NonNullable<EventJson['attributes']>; searchable: boolean }) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const toggle = (path: string): void =>
    setClosed((current) => new Set(current.has(path) ? [...current].filter((entry) => entry !== path) : [...current, path]))
  return toTree(value, closed).map((line) => {
    if (line.value === undefined) {
      return (
        <button
          key={line.path}
          type="button"
          className={classes.branch}
          style={{ paddingLeft: line.depth * 14 }}
          aria-expanded={!closed.has(line.path)}
          onClick={() => toggle(line.path)}
        >
          <Icon name={closed.has(line.path) ? 'right' : 'down'} size={11} />
          {line.label}
          {closed.has(line.path) && <span className={classes.hidden}>{line.children}</span>}
        </button>
      )
    }
    const text = showValue(line.value)
    const scalar = typeof line.value !== 'object'
    return (
      <FieldLine
        key={line.path}
        {...actions}
        field={attributeField(line.path)}
        label={line.label}
        depth={line.depth}
        text={text}
        filterable={searchable && scalar && text.length <= FILTERABLE}
      >
        <span className={`mono ${classes.scalar}`} data-type={line.value === null ? 'null' : typeof line.value}>
          {text}
        </span>
      </FieldLine>
    )
  })
}

function DetailPart({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}
