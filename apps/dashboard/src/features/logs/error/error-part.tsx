import type { EventJson } from '@heartwood/protocol'
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { CopyButton } from '../../../ui/copy.tsx'
import { TextBlock } from '../../../ui/text-block.tsx'
import { type ErrorReport, type Relation, type ReportedError, readErrorReport, readMechanism } from '../model/error-report.ts'
import classes from './error-part.module.css'
import { FrameList } from './frame-list.tsx'

const RELATIONS: Record<Relation, string> = { cause: 'Caused by', errors: 'Contains', error: 'Then thrown', suppressed: 'Suppressed' }
/** Deeper ones stand below each other: a telephone has no room for more. */
const MAX_INDENT = 3

/** The error of an event: what it says, the frames of its stack, and what it was caused by; or its stack as text, where no frames came. */
export function ErrorPart({ event }: { event: EventJson }) {
  const [asText, setAsText] = useState(false)
  const { error } = event
  if (!error) return null
  const report = readErrorReport(event)
  const alone: ErrorReport['errors'] = [
    { type: error.type ?? 'Error', message: error.message ?? '', relation: undefined, depth: 0, properties: [], parts: [], stack: error.stack },
  ]
  const [first, ...others] = report && !asText ? report.errors : alone
  return (
    <section className={classes.part} aria-label="Error">
      <div className={classes.bar}>
        <h2>Error</h2>
        <div className={classes.tools}>
          {report && error.stack !== undefined && report.errors[0]?.stack !== error.stack && (
            <SegmentedControl
              size="xs"
              aria-label="Show the stack as"
              data={[
                { value: 'frames', label: 'Frames' },
                { value: 'text', label: 'Text' },
              ]}
              value={asText ? 'text' : 'frames'}
              onChange={(value) => setAsText(value === 'text')}
            />
          )}
          {error.stack !== undefined && <CopyButton text={error.stack} label="Copy stack" />}
        </div>
      </div>
      {first && <OneError error={first} said={event.message} unhandled={readMechanism(event)} stack={report && asText ? error.stack : first.stack} />}
      {others.map((other, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: causes have no names of their own, and never move.
        <OneError key={index} error={other} stack={other.stack} />
      ))}
    </section>
  )
}

interface OneErrorProps {
  error: ReportedError
  stack: string | undefined
  /** What the event says, so that it is not said twice. */
  said?: string
  unhandled?: string | undefined
}

function OneError({ error: { type, message, relation, depth, properties, parts }, stack, said, unhandled }: OneErrorProps) {
  return (
    <div className={classes.error} data-depth={Math.min(depth, MAX_INDENT) || undefined} data-linked={relation !== undefined || undefined}>
      <div className={classes.head}>
        <h3>
          {relation && <span className={classes.relation}>{RELATIONS[relation]} </span>}
          {type}
        </h3>
        {unhandled && (
          <span className={classes.unhandled} title="Nobody caught this error">
            {unhandled}
          </span>
        )}
        {message !== '' && message !== said && (
          <p className={classes.message} tabIndex={message.length > 300 ? 0 : undefined}>
            {message}
          </p>
        )}
      </div>
      {properties.length > 0 && (
        <dl className={classes.properties}>
          {properties.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="mono">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {parts.length > 0 && <FrameList parts={parts} label={`Stack of ${type}`} />}
      {stack !== undefined && <TextBlock text={stack} />}
    </div>
  )
}
