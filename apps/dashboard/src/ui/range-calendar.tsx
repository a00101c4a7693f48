import { DatePicker } from '@mantine/dates'
import '@mantine/dates/styles.layer.css'
import { useState } from 'react'

/** Two days of a calendar; loaded when the picker opens. Days are `YYYY-MM-DD`. */
export function RangeCalendar({
  from,
  to,
  onChange,
}: {
  from: number | undefined
  to: number | undefined
  onChange: (from: string, to: string) => void
}) {
  const [picked, setPicked] = useState<[string | null, string | null]>([toDay(from), toDay(to)])
  return (
    <DatePicker
      type="range"
      size="xs"
      allowSingleDateInRange
      firstDayOfWeek={1}
      maxDate={toDay(Date.now()) ?? ''}
      value={picked}
      onChange={(value) => {
        setPicked(value)
        if (value[0] && value[1]) onChange(value[0], value[1])
      }}
    />
  )
}

function toDay(ms: number | undefined): string | null {
  if (ms === undefined) return null
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 10)
}
