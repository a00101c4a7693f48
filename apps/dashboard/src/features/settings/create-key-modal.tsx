import { KEY_CLIENTS, type KeyJson, type ProjectJson, type Scope } from '@heartwood/protocol'
import { Button, Group, Modal, NativeSelect, TagsInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toProblem } from '../../lib/api.tsx'
import { CodeBlock } from '../../ui/copy.tsx'
import { Notice } from '../../ui/states.tsx'
import classes from './settings.module.css'
import { useCreateKey } from './settings-api.ts'

const SCOPES: Record<Scope, { label: string; meaning: string }> = {
  ingest: { label: 'ingest', meaning: 'Sends events; reads nothing. For servers and machines.' },
  read: { label: 'read', meaning: 'Reads and searches events; sends none.' },
  admin: { label: 'admin', meaning: 'Everything in this project, its settings and keys too.' },
  browser: { label: 'browser', meaning: 'Sends events from pages of the origins you list. It is public by nature.' },
}
const CLIENTS: Record<KeyJson['client'], string> = {
  heartwood: 'Heartwood',
  micrologs: 'Micrologs’ SDKs',
  lognitor: 'Lognitor’s SDKs',
  timberlogs: 'Timberlogs’ SDKs',
  tracehub: 'TraceHub’s SDKs',
}

interface CreateKeyModalProps {
  project: ProjectJson
  opened: boolean
  onClose: () => void
}

/** Makes a key and shows it the only time it can be seen. */
export function CreateKeyModal({ project, opened, onClose }: CreateKeyModalProps) {
  const create = useCreateKey(project.id)
  const close = (): void => {
    create.reset()
    onClose()
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      size="lg"
      title={create.data ? 'The key' : `Create a key for ${project.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {create.data ? (
        <div className={classes.form}>
          <Notice>Copy it now: it is stored as a hash and cannot be shown again.</Notice>
          <CodeBlock label="The key" text={create.data.key} />
          <Group justify="flex-end">
            <Button onClick={close}>Done</Button>
          </Group>
        </div>
      ) : (
        opened && <KeyForm pending={create.isPending} error={create.error} onCreate={create.mutate} onCancel={close} />
      )}
    </Modal>
  )
}

interface KeyFormProps {
  pending: boolean
  error: unknown
  onCreate: ReturnType<typeof useCreateKey>['mutate']
  onCancel: () => void
}

function KeyForm({ pending, error, onCreate, onCancel }: KeyFormProps) {
  const [name, setName] = useState('')
  const [scope, setScope] = useState<Scope>('ingest')
  const [client, setClient] = useState<KeyJson['client']>('heartwood')
  const [origins, setOrigins] = useState<string[]>([])
  const missing = scope === 'browser' && origins.length === 0
  const handleSubmit = (event: FormEvent): void => {
    event.preventDefault()
    if (!missing) onCreate({ name: name.trim(), scope, client, origins: scope === 'browser' ? origins : [] })
  }
  return (
    <form className={classes.form} onSubmit={handleSubmit}>
      {error !== null && <Notice tone="failed">{toProblem(error).message}</Notice>}
      <TextInput
        label={
          <>
            Name <span className="muted">(optional)</span>
          </>
        }
        placeholder="Production server"
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NativeSelect
        label="What it may do"
        description={SCOPES[scope].meaning}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={scope}
        data={Object.entries(SCOPES).map(([value, { label }]) => ({ value, label }))}
        onChange={(event) => setScope(event.currentTarget.value as Scope)}
      />
      {scope === 'browser' && (
        <TagsInput
          label="Origins of the pages"
          description="Like https://shop.example; * for all. Enter adds one."
          value={origins}
          onChange={setOrigins}
        />
      )}
      <NativeSelect
        label="Used by"
        description="SDKs of other products insist on the shape of their own keys."
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={client}
        data={KEY_CLIENTS.map((value) => ({ value, label: CLIENTS[value] }))}
        onChange={(event) => setClient(event.currentTarget.value as KeyJson['client'])}
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" loading={pending} disabled={missing}>
          Create key
        </Button>
      </Group>
    </form>
  )
}
