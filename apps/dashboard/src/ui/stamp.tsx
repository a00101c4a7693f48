import { formatAgo, formatShort, formatStamp, formatWhole } from '../lib/format.ts'

/** "4 min ago", with the full stamp in the viewer's zone and in UTC on hover. */
export function Ago({ stamp }: { stamp: string }) {
  const { full, utc } = formatStamp(stamp)
  return (
    <time dateTime={stamp} title={`${full}\n${utc}`}>
      {formatAgo(stamp, Date.now())}
    </time>
  )
}

/** When in the viewer's zone, and how long ago that was. */
export function Moment({ stamp }: { stamp: string }) {
  const { date, time, utc } = formatStamp(stamp)
  return (
    <>
      <span title={utc}>
        {date} {time}
      </span>{' '}
      <span className="muted">
        <Ago stamp={stamp} />
      </span>
    </>
  )
}

/** A big number, short in place and whole on hover. */
export function Count({ value }: { value: number }) {
  return <span title={formatWhole(value)}>{formatShort(value)}</span>
}
