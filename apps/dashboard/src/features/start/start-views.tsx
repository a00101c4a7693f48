import type { ProjectJson } from '@heartwood/protocol'
import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { toProblem } from '../../lib/api.tsx'
import { CodeBlock } from '../../ui/copy.tsx'
import { Icon } from '../../ui/icons.tsx'
import { LevelMark } from '../../ui/level-mark.tsx'
import { Page } from '../../ui/page.tsx'
import { Ago } from '../../ui/stamp.tsx'
import { Notice } from '../../ui/states.tsx'
import { useCreateProject, useProjects } from '../projects/projects-api.ts'
import { useFirstEvent, useMakeKey } from './first-event-api.ts'
import { SNIPPETS, type SnippetKind } from './snippets.ts'
import classes from './start.module.css'

/** The first step: a name. */
export function CreateProjectView({ first, onCreated }: { first: boolean; onCreated: (project: ProjectJson) => void }) {
  const create = useCreateProject()
  const [name, setName] = useState('')
  const { data: projects = [] } = useProjects()
  const isTaken = projects.some((project) => project.name.trim().toLowerCase() === name.trim().toLowerCase())
  const handleSubmit = (event: FormEvent): void => {
    event.preventDefault()
    if (name.trim() !== '') create.mutate({ name: name.trim() }, { onSuccess: onCreated })
  }
  return (
    <Page title={first ? 'Welcome' : 'New project'} padded>
      <form className={classes.narrow} onSubmit={handleSubmit}>
        <p className={classes.lead}>
          {first ? 'Everything that your software says about itself will be here. ' : ''}A project holds what belongs together: an application, a
          site, a machine. It has its own keys and its own retention.
        </p>
        {create.error && <Notice tone="failed">{toProblem(create.error).message}</Notice>}
        <TextInput label="Name of the project" placeholder="Shop" autoFocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
        {isTaken && <Notice>There is a project of this name. The new one gets another short name, and both are shown with it.</Notice>}
        <div>
          <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
            Create project
          </Button>
        </div>
      </form>
    </Page>
  )
}

interface FirstEventProps {
  project: ProjectJson
  address: string
  onOpenLogs: () => void
}

/** The second: a line to copy, and the event arriving. */
export function FirstEventView({ project, address, onOpenLogs }: FirstEventProps) {
  const makeKey = useMakeKey(project.id)
  const { event, stored } = useFirstEvent(project.id)
  const [kind, setKind] = useState<SnippetKind>('curl')
  const key = makeKey.data?.key
  const snippet = SNIPPETS[kind]
  return (
    <Page title="Send events" padded>
      <ol className={classes.steps}>
        <Step number={1} title={`A key for ${project.name}`}>
          {key === undefined ? (
            <>
              <p className={classes.lead}>Programs need it to send. It is shown here only now; Settings can make and revoke more.</p>
              {makeKey.error && <Notice tone="failed">{toProblem(makeKey.error).message}</Notice>}
              <div>
                <Button leftSection={<Icon name="key" />} loading={makeKey.isPending} onClick={() => makeKey.mutate()}>
                  Create key
                </Button>
              </div>
            </>
          ) : (
            <CodeBlock label="The key" text={key} />
          )}
        </Step>
        <Step number={2} title="Send something">
          {key === undefined ? (
            <p className={classes.lead}>Ready to copy once there is a key.</p>
          ) : (
            <>
              <SegmentedControl
                aria-label="How to send"
                className={classes.kinds ?? ''}
                value={kind}
                onChange={(value) => setKind(value as SnippetKind)}
                data={Object.entries(SNIPPETS).map(([value, { label }]) => ({ value, label }))}
              />
              <p className={classes.lead}>{snippet.lead}</p>
              <CodeBlock label={`Lines for ${snippet.label}`} text={snippet.text({ address, key, project: project.slug })} />
            </>
          )}
        </Step>
        <Step number={3} title={event ? 'It is here' : 'Waiting for the first event'}>
          <div aria-live="polite">
            {event ? (
              <div className={classes.arrived}>
                <div className={classes.event}>
                  <LevelMark level={event.level} />
                  <span className="mono">{event.message}</span>
                  <span className="muted">
                    <Ago stamp={event.timestamp} />
                  </span>
                </div>
                <Button onClick={onOpenLogs} loading={!stored}>
                  See it in Logs
                </Button>
              </div>
            ) : (
              <p className={classes.waiting}>
                <span className={classes.pulse} />
                This page looks by itself; there is nothing to press.
              </p>
            )}
          </div>
        </Step>
      </ol>
    </Page>
  )
}

function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <li className={classes.step}>
      <span className={classes.number} aria-hidden="true">
        {number}
      </span>
      <div className={classes.stepBody}>
        <h2>{title}</h2>
        {children}
      </div>
    </li>
  )
}
