import { Button } from '@mantine/core'
import { formatWhole, plural } from '../../lib/format.ts'
import { Icon } from '../../ui/icons.tsx'
import classes from './logs.module.css'
import type { Tail } from './use-tail.ts'

/** State of the live tail, and its pause. */
export function TailStrip({ tail, onStop }: { tail: Tail; onStop: () => void }) {
  const { buffer, status } = tail
  const waiting = buffer.waitingCount
  return (
    <div className={classes.tail} data-status={buffer.paused ? 'paused' : status}>
      <span className={classes.tailDot} />
      <span aria-live="polite">
        {status === 'lost'
          ? tail.reason
            ? `The live tail ended: ${tail.reason}`
            : 'The live tail ended. Either the server stopped, or too many are open.'
          : status === 'connecting'
            ? 'Connecting…'
            : buffer.paused
              ? `Paused, ${formatWhole(waiting)} waiting`
              : 'Live'}
      </span>
      {buffer.dropped > 0 && (
        <span className={classes.dropped}>{plural(buffer.dropped, 'event')} left out: too many at once to show. They are stored.</span>
      )}
      <span className={classes.tailTools}>
        {status === 'lost' && (
          <Button size="xs" variant="default" leftSection={<Icon name="refresh" size={14} />} onClick={tail.retry}>
            Connect again
          </Button>
        )}
        <Button
          size="xs"
          variant="default"
          display={status === 'lost' ? 'none' : undefined}
          leftSection={<Icon name={buffer.paused ? 'play' : 'pause'} size={14} />}
          onClick={buffer.paused ? tail.resume : tail.pause}
        >
          {buffer.paused ? 'Resume' : 'Pause'}
        </Button>
        <Button size="xs" variant="subtle" color="gray" onClick={onStop}>
          Stop
        </Button>
      </span>
    </div>
  )
}
