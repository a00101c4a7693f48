import { Button, Group, Modal, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'

interface ConfirmByNameProps {
  title: string
  /** What has to be typed. */
  name: string
  verb: string
  opened: boolean
  busy: boolean
  children: ReactNode
  onConfirm: () => void
  onClose: () => void
}

/** For what cannot be undone: the button works once the name stands in the field. */
export function ConfirmByName({ title, name, verb, opened, busy, children, onConfirm, onClose }: ConfirmByNameProps) {
  const [typed, setTyped] = useState('')
  const close = (): void => {
    setTyped('')
    onClose()
  }
  return (
    <Modal opened={opened} onClose={close} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (typed === name) onConfirm()
        }}
      >
        <p style={{ marginBottom: 12 }}>{children}</p>
        <TextInput label={`Type “${name}” to confirm`} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus />
        <Group justify="flex-end" mt={16}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" color="red" disabled={typed !== name} loading={busy}>
            {verb}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
