import { Button, Popover, TextInput } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { lazy, Suspense, useState } from 'react'
import { describeRange, normaliseTime, PRESETS, rangeProblem, resolveTime, type TimeRange, widenRange } from '../state/time-range.ts'
import { Icon } from './icons.tsx'
import classes from './range-picker.module.css'

const RangeCalendar = lazy(() => import('./range-calendar.tsx').then((module) => ({ default: module.RangeCalendar })))

/** Presets, any relative time, any two moments, or two days of a calendar. Opens with `d`. */
export function RangePicker({ value, onChange }: { value: TimeRange; onChange: (range: TimeRange) => void }) {
  const [opened, setOpened] = useState(false)
  useHotkeys([['d', () => setOpened(true)]])
  const choose = (range: TimeRange): void => {
    setOpened(false)
    onChange(range)
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width="auto" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          className={classes.target ?? ''}
          leftSection={<Icon name="clock" />}
          rightSection={<Icon name="down" size={12} />}
          onClick={() => setOpened(!opened)}
          aria-label={`Time range: ${describeRange(value, Date.now())}`}
        >
          <span className={classes.label}>{describeRange(value, Date.now())}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label="Time range">
        {opened && <RangeForm value={value} onChoose={choose} />}
      </Popover.Dropdown>
    </Popover>
  )
}

function RangeForm({ value, onChoose }: { value: TimeRange; onChoose: (range: TimeRange) => void }) {
  const [draft, setDraft] = useState({ from: toField(value.from), to: toField(value.to) })
  const [tried, setTried] = useState(false)
  const problem = tried ? rangeProblem(draft, Date.now()) : undefined
  const errorOf = (end: 'from' | 'to') => (problem?.end === end ? problem.message : undefined)
  return (
    <div className={classes.panel}>
      <div className={classes.presets}>
        {PRESETS.map((preset) => (
          <button
            key={preset.from}
            type="button"
            className={classes.preset}
            aria-pressed={value.from === preset.from && value.to === 'now'}
            onClick={() => onChoose({ from: preset.from, to: 'now' })}
          >
            {preset.label}
          </button>
        ))}
        <button type="button" className={classes.preset} onClick={() => onChoose(widenRange(value, Date.now()))}>
          Twice as wide
        </button>
      </div>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault()
          setTried(true)
          if (!rangeProblem(draft, Date.now())) onChoose({ from: normaliseTime(draft.from, Date.now()), to: normaliseTime(draft.to, Date.now()) })
        }}
      >
        <TextInput
          label="From"
          value={draft.from}
          error={errorOf('from')}
          data-autofocus
          onChange={(event) => setDraft({ ...draft, from: event.currentTarget.value })}
        />
        <TextInput label="To" value={draft.to} error={errorOf('to')} onChange={(event) => setDraft({ ...draft, to: event.currentTarget.value })} />
        <p className={classes.hint}>A local time like 2026-11-21 09:30, or before now: -90m, -6h, -2d.</p>
        <Suspense fallback={<div className={classes.calendar} />}>
          <div className={classes.calendar}>
            <RangeCalendar
              from={resolveTime(draft.from, Date.now())}
              to={resolveTime(draft.to, Date.now())}
              onChange={(from, to) => setDraft({ from: `${from} 00:00`, to: `${to} 23:59:59` })}
            />
          </div>
        </Suspense>
        <Button type="submit" fullWidth>
          Apply
        </Button>
      </form>
    </div>
  )
}

/** Absolute ends are shown in the viewer's own time, as they may be typed. */
function toField(text: string): string {
  if (text === 'now' || text.startsWith('-')) return text
  const ms = resolveTime(text, Date.now())
  if (ms === undefined) return text
  const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString()
  return `${date.slice(0, 10)} ${date.slice(11, date.endsWith(':00.000Z') ? 16 : date.endsWith('.000Z') ? 19 : 23)}`
}
