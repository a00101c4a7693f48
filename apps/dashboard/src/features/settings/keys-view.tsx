import type { KeyJson, ProjectJson } from '@heartwood/protocol'
import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { toProblem } from '../../lib/api.tsx'
import { ConfirmByName } from '../../ui/confirm-by-name.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Ago } from '../../ui/stamp.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { useNotify } from '../../ui/toasts.tsx'
import { projectLabel } from '../projects/project-label.ts'
import { CreateKeyModal } from './create-key-modal.tsx'
import classes from './settings.module.css'
import { useKeys, useRevokeKey } from './settings-api.ts'

interface KeysViewProps {
  projects: readonly ProjectJson[]
  project: ProjectJson
  onProject: (slug: string) => void
}

export function KeysView({ projects, project, onProject }: KeysViewProps) {
  const keys = useKeys(project.id)
  const [creating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<KeyJson>()
  const create = (
    <Button leftSection={<Icon name="plus" size={14} />} onClick={() => setCreating(true)}>
      Create key
    </Button>
  )
  return (
    <section>
      <div className={classes.head}>
        <NativeSelect
          aria-label="Project"
          value={project.slug}
          data={projects.map((candidate) => ({ value: candidate.slug, label: projectLabel(candidate, projects) }))}
          onChange={(event) => onProject(event.currentTarget.value)}
        />
        {create}
      </div>
      {keys.error && !keys.data ? (
        <ErrorState title="The keys could not be read" error={keys.error} onRetry={() => void keys.refetch()} />
      ) : !keys.data ? (
        <SkeletonRows rows={5} height={32} />
      ) : keys.data.length === 0 ? (
        <EmptyState title="No keys yet">Programs need a key to send events to {project.name}, and to read them.</EmptyState>
      ) : (
        <KeyTable keys={keys.data} onRevoke={setRevoking} />
      )}
      <CreateKeyModal project={project} opened={creating} onClose={() => setCreating(false)} />
      {revoking && <RevokeKey project={project} subject={revoking} onClose={() => setRevoking(undefined)} />}
    </section>
  )
}

function KeyTable({ keys, onRevoke }: { keys: readonly KeyJson[]; onRevoke: (key: KeyJson) => void }) {
  return (
    <DataTable
      rows={keys}
      keyOf={(key) => key.id}
      isOff={(key) => key.revokedAt !== undefined}
      columns={[
        { name: 'Name', cell: (key) => key.name || 'Unnamed' },
        { name: 'Begins with', mono: true, cell: (key) => `${key.hint}…` },
        {
          name: 'May',
          cell: (key) => (
            <span>
              {key.scope}
              {key.origins.length > 0 && <span className="muted"> from {key.origins.join(', ')}</span>}
            </span>
          ),
        },
        { name: 'Client', cell: (key) => key.client },
        { name: 'Created', cell: (key) => <Ago stamp={key.createdAt} /> },
        { name: 'Last used', cell: (key) => (key.lastUsedAt ? <Ago stamp={key.lastUsedAt} /> : <span className="muted">never</span>) },
        {
          name: 'Revoke',
          actions: true,
          cell: (key) =>
            key.revokedAt ? (
              <span className="muted">
                revoked <Ago stamp={key.revokedAt} />
              </span>
            ) : (
              <Button variant="subtle" color="red" size="xs" aria-label={`Revoke ${nameOf(key)}`} onClick={() => onRevoke(key)}>
                Revoke
              </Button>
            ),
        },
      ]}
    />
  )
}

function RevokeKey({ project, subject, onClose }: { project: ProjectJson; subject: KeyJson; onClose: () => void }) {
  const revoke = useRevokeKey(project.id)
  const notify = useNotify()
  const name = nameOf(subject)
  return (
    <ConfirmByName
      title="Revoke key"
      name={name}
      verb="Revoke key"
      opened
      busy={revoke.isPending}
      onClose={onClose}
      onConfirm={() =>
        revoke.mutate(subject.id, {
          onSuccess: () => {
            notify(`${name} revoked`)
            onClose()
          },
        })
      }
    >
      Whatever uses {name} is refused at once. This cannot be undone; a new key can be made.
      {revoke.error && ` ${toProblem(revoke.error).message}`}
    </ConfirmByName>
  )
}

const nameOf = (key: KeyJson): string => key.name || key.hint
