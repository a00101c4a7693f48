import { useId, useState } from 'react'
import { plural } from '../../../lib/format.ts'
import { Icon } from '../../../ui/icons.tsx'
import { type Frame, type FramePart, type SourceLine, splitPlace } from '../model/error-report.ts'
import classes from './frame-list.module.css'

/** A stack, innermost first. The lines around the innermost call of the program's own are open, of its others only the line itself shows. */
export function FrameList({ parts, label }: { parts: readonly FramePart[]; label: string }) {
  const first = parts.findIndex(({ kind }) => kind === 'own')
  return (
    <ol className={classes.frames} aria-label={label}>
      {parts.map((part, index) =>
        part.kind === 'own' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same frame may stand in a stack many times, and none moves.
          <OwnFrame key={index} frame={part.frame} times={part.times} first={index === first} />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above.
          <ForeignFrames key={index} frames={part.frames} of={part.of} startsOpen={first < 0} />
        ),
      )}
    </ol>
  )
}

function OwnFrame({ frame, times, first }: { frame: Frame; times: number; first: boolean }) {
  const [open, setOpen] = useState(first)
  const lines = useId()
  const { source } = frame
  const place = splitPlace(frame)
  return (
    <li className={classes.own} data-first={first || undefined}>
      <div className={classes.call}>
        {source ? (
          <button type="button" className={classes.toggle} aria-expanded={open} aria-controls={lines} onClick={() => setOpen(!open)}>
            <Icon name={open ? 'down' : 'right'} size={12} />
            <FrameName name={frame.name} />
            <span className="visually-hidden">, {place.rest}, lines around it</span>
          </button>
        ) : (
          <span className={classes.bare}>
            <FrameName name={frame.name} />
          </span>
        )}
        <FramePlace frame={frame} />
        {times > 1 && <span className={classes.times}>{times} times in a row</span>}
      </div>
      {source && <Source id={lines} lines={open ? source : failingOf(source)} />}
    </li>
  )
}

/** Alone, without the indentation that it has beside the others. */
const failingOf = (source: readonly SourceLine[]): SourceLine[] =>
  source.filter(({ failing }) => failing).map((line) => ({ ...line, text: line.text.trimStart() }))

function ForeignFrames({ frames, of, startsOpen }: { frames: readonly Frame[]; of: string; startsOpen: boolean }) {
  const [open, setOpen] = useState(startsOpen)
  const list = useId()
  return (
    <li className={classes.foreign}>
      <button type="button" className={classes.toggle} aria-expanded={open} aria-controls={open ? list : undefined} onClick={() => setOpen(!open)}>
        <Icon name={open ? 'down' : 'right'} size={12} />
        <span>
          {plural(frames.length, 'frame')} of {of}
        </span>
      </button>
      {open && (
        <ol id={list} className={classes.folded}>
          {frames.map((frame, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <li key={index} className={classes.call}>
              <span className={classes.bare}>
                <FrameName name={frame.name} />
              </span>
              <FramePlace frame={frame} />
            </li>
          ))}
        </ol>
      )}
    </li>
  )
}

function FrameName({ name }: { name: string }) {
  return (
    <span className={`mono ${classes.name}`} data-none={name === '' || undefined}>
      {name === '' ? 'anonymous' : name}
    </span>
  )
}

function FramePlace({ frame }: { frame: Frame }) {
  const { folder, rest } = splitPlace(frame)
  return (
    <span className={`mono ${classes.place}`} title={frame.file}>
      {folder}
      <b>{rest}</b>
    </span>
  )
}

function Source({ id, lines }: { id: string; lines: readonly SourceLine[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll sideways, also by keyboard.
    <pre id={id} className={`mono ${classes.source}`} tabIndex={0}>
      <span className={classes.lines}>
        {lines.map(({ number, text, failing }) => (
          <span key={number} className={classes.line} data-failing={failing || undefined}>
            <span className={classes.number}>{number}</span>
            <code>
              {text}
              {'\n'}
            </code>
          </span>
        ))}
      </span>
    </pre>
  )
}
