import type { KeyJson, ProjectJson } from '@heartwood/protocol'
import { Button, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import { toProblem } from '../../lib/api.tsx'
import { ConfirmByName } from '../../ui/confirm-by-name.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Ago } from '../../ui/stamp.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { useNotify } from '../../ui/toasts.tsx'
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
          data={projects.map((candidate) => ({ value: candidate.slug, label: candidate.name }))}
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
    <div className={classes.tableWrap}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Begins with</th>
            <th scope="col">May</th>
            <th scope="col">Client</th>
            <th scope="col">Created</th>
            <th scope="col">Last used</th>
            <th scope="col">
              <span className="visually-hidden">Revoke</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id} data-off={key.revokedAt ? true : undefined}>
              <th scope="row">{key.name || 'Unnamed'}</th>
              <td className="mono">{key.hint}…</td>
              <td>
                {key.scope}
                {key.origins.length > 0 && <span className="muted"> from {key.origins.join(', ')}</span>}
              </td>
              <td>{key.client}</td>
              <td>
                <Ago stamp={key.createdAt} />
              </td>
              <td>{key.lastUsedAt ? <Ago stamp={key.lastUsedAt} /> : <span className="muted">never</span>}</td>
              <td className={classes.right}>
                {key.revokedAt ? (
                  <span className="muted">
                    revoked <Ago stamp={key.revokedAt} />
                  </span>
                ) : (
                  <Button variant="subtle" color="red" size="xs" aria-label={`Revoke ${nameOf(key)}`} onClick={() => onRevoke(key)}>
                    Revoke
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
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
