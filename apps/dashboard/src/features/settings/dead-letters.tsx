import { Button, Modal } from '@mantine/core'
import { useState } from 'react'
import { toProblem } from '../../lib/api.tsx'
import { formatBytes, formatWhole, plural } from '../../lib/format.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Ago } from '../../ui/stamp.tsx'
import { ErrorState, Notice, SkeletonRows } from '../../ui/states.tsx'
import { TextBlock } from '../../ui/text-block.tsx'
import { useNotify } from '../../ui/toasts.tsx'
import { useProjectNames } from '../projects/projects-api.ts'
import classes from './settings.module.css'
import { useDeadLetter, useDeadLetters, useReplay } from './settings-api.ts'

/** Batches that could not be stored for a reason of their own: look into them, try them again. */
export function DeadLetters() {
  const letters = useDeadLetters()
  const replay = useReplay()
  const notify = useNotify()
  const nameOf = useProjectNames()
  const [inspected, setInspected] = useState<string>()
  if (letters.error && !letters.data)
    return <ErrorState title="The dead letters could not be read" error={letters.error} onRetry={() => void letters.refetch()} />
  if (!letters.data) return <SkeletonRows rows={3} height={32} />
  const handleReplay = (id: string): void =>
    replay.mutate(id, {
      onSuccess: ({ rows }) => notify(`${plural(rows, 'event')} queued again`),
      onError: (error) => notify(toProblem(error).message, 'failed'),
    })
  return (
    <section>
      <h2 className={classes.heading}>Dead letters</h2>
      {letters.data.length === 0 ? (
        <p className={classes.lead}>None. A batch that cannot be stored for a reason of its own would wait here.</p>
      ) : (
        <DataTable
          rows={letters.data}
          keyOf={(letter) => letter.id}
          columns={[
            { name: 'When', cell: (letter) => <Ago stamp={letter.at} /> },
            { name: 'Project', cell: (letter) => nameOf(letter.projectId) },
            { name: 'Door', cell: (letter) => letter.door },
            { name: 'Events', number: true, cell: (letter) => formatWhole(letter.rows) },
            { name: 'Size', number: true, cell: (letter) => formatBytes(letter.bytes) },
            {
              name: 'Reason',
              long: true,
              cell: (letter) => (
                <span className={classes.shortened} title={letter.reason}>
                  {letter.reason}
                </span>
              ),
            },
            {
              name: 'What to do',
              actions: true,
              cell: (letter) => (
                <span className={classes.rowActions}>
                  <Button variant="subtle" size="xs" onClick={() => setInspected(letter.id)}>
                    Inspect
                  </Button>
                  <Button
                    variant="subtle"
                    size="xs"
                    loading={replay.isPending && replay.variables === letter.id}
                    onClick={() => handleReplay(letter.id)}
                  >
                    Replay
                  </Button>
                </span>
              ),
            },
          ]}
        />
      )}
      <Modal
        opened={inspected !== undefined}
        onClose={() => setInspected(undefined)}
        size="xl"
        title="Dead letter"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {inspected !== undefined && <Letter id={inspected} rows={letters.data.find((letter) => letter.id === inspected)?.rows ?? 0} />}
      </Modal>
    </section>
  )
}

function Letter({ id, rows }: { id: string; rows: number }) {
  const { data, error, refetch } = useDeadLetter(id)
  if (error) return <ErrorState title="It could not be read" error={error} onRetry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={6} />
  return (
    <div className={classes.form}>
      <Notice>{data.reason}</Notice>
      <p className={classes.lead}>
        {rows > data.events.length
          ? `Its first ${formatWhole(data.events.length)} of ${plural(rows, 'event')}`
          : `Its ${plural(data.events.length, 'event')}`}
      </p>
      <TextBlock wrap text={data.events.map((event) => JSON.stringify(event, null, 2)).join('\n\n')} />
    </div>
  )
}
