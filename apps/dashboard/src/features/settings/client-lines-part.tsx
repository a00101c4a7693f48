import type { ProjectJson } from '@heartwood/protocol'
import { Button, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { toProblem } from '../../lib/api.tsx'
import { CodeBlock } from '../../ui/copy.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Notice } from '../../ui/states.tsx'
import { CLIENT_LINES } from '../projects/client-lines.ts'
import own from './client-lines-part.module.css'
import classes from './settings.module.css'
import { useCreateKey } from './settings-api.ts'

type Client = keyof typeof CLIENT_LINES

/** What stands in the place of a key until there is one. */
const NO_KEY = 'YOUR_KEY'

/** What to change in a program so that it sends to this project, for each client that is understood. */
export function ClientLinesPart({ project, address }: { project: ProjectJson; address: string }) {
  const create = useCreateKey(project.id)
  const [client, setClient] = useState<Client>('heartwood')
  const [language, setLanguage] = useState('')
  const { label, lead, lines } = CLIENT_LINES[client]
  const chosen = lines.find((one) => one.label === language) ?? lines[0]
  const made = create.data?.client === client ? create.data.key : undefined
  return (
    <section className={classes.card}>
      <h2>Send from a program</h2>
      <SegmentedControl
        aria-label="Client"
        className={own.choices ?? ''}
        value={client}
        onChange={(value) => setClient(value as Client)}
        data={Object.entries(CLIENT_LINES).map(([value, one]) => ({ value, label: one.label }))}
      />
      <p className={classes.lead}>{lead}</p>
      {chosen && (
        <>
          {lines.length > 1 && (
            <SegmentedControl
              aria-label="Language"
              className={own.choices ?? ''}
              value={chosen.label}
              onChange={setLanguage}
              data={lines.map((one) => one.label)}
            />
          )}
          <CodeBlock label={`Lines for ${label}, ${chosen.label}`} text={chosen.text({ address, key: made ?? NO_KEY })} />
          {create.error && <Notice tone="failed">{toProblem(create.error).message}</Notice>}
          {made === undefined ? (
            <div>
              <Button
                variant="default"
                leftSection={<Icon name="key" />}
                loading={create.isPending}
                onClick={() => create.mutate({ name: `${label} client`, scope: 'ingest', client })}
              >
                Create key for these lines
              </Button>
            </div>
          ) : (
            <Notice>The key stands in the lines above. Copy it now: it cannot be shown again.</Notice>
          )}
        </>
      )}
    </section>
  )
}
