import { MAX_RETENTION_DAYS, type ProjectJson } from '@heartwood/protocol'
import { Button, NumberInput, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { toProblem } from '../../lib/api.tsx'
import { plural } from '../../lib/format.ts'
import { ConfirmByName } from '../../ui/confirm-by-name.tsx'
import { Notice } from '../../ui/states.tsx'
import { useNotify } from '../../ui/toasts.tsx'
import { useDeleteProject, useUpdateProject } from '../projects/projects-api.ts'
import { ClientLinesPart } from './client-lines-part.tsx'
import { RedactionForm } from './redaction-form.tsx'
import { SampleRatesForm } from './sample-rates-form.tsx'
import classes from './settings.module.css'

interface ProjectSettingsProps {
  project: ProjectJson
  /** That programs send to. */
  address: string
  onDeleted: () => void
}

export function ProjectSettingsView({ project, address, onDeleted }: ProjectSettingsProps) {
  return (
    <div className={classes.stack}>
      <p className={classes.crumb}>
        <Link to="/settings/projects">Projects</Link> / {project.name}
      </p>
      <GeneralForm project={project} />
      <ClientLinesPart project={project} address={address} />
      <SampleRatesForm project={project} />
      <RedactionForm project={project} />
      <DangerPart project={project} onDeleted={onDeleted} />
    </div>
  )
}

function GeneralForm({ project }: { project: ProjectJson }) {
  const update = useUpdateProject(project.id)
  const notify = useNotify()
  const [name, setName] = useState(project.name)
  const [days, setDays] = useState<number | string>(project.retentionDays)
  const shorter = typeof days === 'number' && days < project.retentionDays
  const unchanged = name.trim() === project.name && days === project.retentionDays
  const handleSubmit = (event: FormEvent): void => {
    event.preventDefault()
    if (typeof days === 'number') update.mutate({ name: name.trim(), retentionDays: days }, { onSuccess: () => notify('Project saved') })
  }
  return (
    <form className={classes.card} onSubmit={handleSubmit}>
      <h2>General</h2>
      {update.error && <Notice tone="failed">{toProblem(update.error).message}</Notice>}
      <TextInput label="Name" value={name} required withAsterisk={false} onChange={(event) => setName(event.currentTarget.value)} />
      <NumberInput
        label="Keep events for (days)"
        description={`Between 1 and ${MAX_RETENTION_DAYS}. It holds for events that arrive from now on.`}
        min={1}
        max={MAX_RETENTION_DAYS}
        allowDecimal={false}
        value={days}
        onChange={setDays}
      />
      {shorter && <Notice>New events will be deleted after {plural(days, 'day')}.</Notice>}
      <div>
        <Button type="submit" loading={update.isPending} disabled={unchanged || name.trim() === '' || typeof days !== 'number'}>
          Save
        </Button>
      </div>
    </form>
  )
}

function DangerPart({ project, onDeleted }: { project: ProjectJson; onDeleted: () => void }) {
  const remove = useDeleteProject(project.id)
  const notify = useNotify()
  const [asking, setAsking] = useState(false)
  return (
    <section className={classes.card}>
      <h2>Delete</h2>
      <p className={classes.lead}>Deletes the project with its keys and all of its events. Programs that still send to it are refused.</p>
      <div>
        <Button variant="default" className={classes.danger ?? ''} onClick={() => setAsking(true)}>
          Delete project
        </Button>
      </div>
      <ConfirmByName
        title={`Delete ${project.name}`}
        name={project.name}
        verb="Delete project"
        opened={asking}
        busy={remove.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() =>
          remove.mutate(project.name, {
            onSuccess: () => {
              notify(`${project.name} deleted`)
              onDeleted()
            },
          })
        }
      >
        All events and keys of {project.name} go with it, and nothing brings them back.
        {remove.error && ` ${toProblem(remove.error).message}`}
      </ConfirmByName>
    </section>
  )
}
