import { Button, PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { toProblem } from '../../lib/api.tsx'
import { CodeBlock } from '../../ui/copy.tsx'
import { Mark } from '../../ui/icons.tsx'
import { Notice } from '../../ui/states.tsx'
import classes from './session.module.css'
import { useClaim, useSignIn } from './session-api.ts'

const MIN_PASSWORD = 10

export function SignInView({ onDone }: { onDone: () => void }) {
  const signIn = useSignIn()
  const [draft, setDraft] = useState({ email: '', password: '' })
  const handleSubmit = (event: FormEvent): void => {
    event.preventDefault()
    signIn.mutate(draft, { onSuccess: onDone })
  }
  return (
    <Card title="Sign in">
      <form onSubmit={handleSubmit} className={classes.form}>
        {signIn.error && <Notice tone="failed">{toProblem(signIn.error).message}</Notice>}
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          autoFocus
          value={draft.email}
          onChange={(event) => setDraft({ ...draft, email: event.currentTarget.value })}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={draft.password}
          onChange={(event) => setDraft({ ...draft, password: event.currentTarget.value })}
        />
        <Button type="submit" fullWidth loading={signIn.isPending}>
          Sign in
        </Button>
      </form>
    </Card>
  )
}

/** The page behind the one-time link that the server prints while it has no owner. */
export function ClaimView({ token, onDone }: { token: string; onDone: () => void }) {
  const claim = useClaim()
  const [draft, setDraft] = useState({ name: '', email: '', password: '' })
  const [short, setShort] = useState(false)
  const handleSubmit = (event: FormEvent): void => {
    event.preventDefault()
    const tooShort = draft.password.length < MIN_PASSWORD
    setShort(tooShort)
    if (!tooShort) claim.mutate({ token, ...draft }, { onSuccess: onDone })
  }
  if (token === '') return <WaitingForOwner />
  return (
    <Card title="Make this Heartwood yours" lead="You are the first here. This account owns the server: it sees every project and all settings.">
      <form onSubmit={handleSubmit} className={classes.form}>
        {claim.error && <Notice tone="failed">{toProblem(claim.error).message}</Notice>}
        <TextInput
          label={
            <>
              Your name <span className={classes.optional}>(optional)</span>
            </>
          }
          autoComplete="name"
          autoFocus
          value={draft.name}
          onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
        />
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={draft.email}
          onChange={(event) => setDraft({ ...draft, email: event.currentTarget.value })}
        />
        <PasswordInput
          label="Password"
          description={`At least ${MIN_PASSWORD} characters.`}
          autoComplete="new-password"
          required
          withAsterisk={false}
          error={short && `That is ${draft.password.length} characters; it needs ${MIN_PASSWORD}.`}
          value={draft.password}
          onChange={(event) => setDraft({ ...draft, password: event.currentTarget.value })}
        />
        <Button type="submit" fullWidth loading={claim.isPending}>
          Create the owner
        </Button>
      </form>
    </Card>
  )
}

export function WaitingForOwner() {
  return (
    <Card
      title="This Heartwood waits for its owner"
      lead="Open the one-time link that the server printed when it started. It is in the terminal, or in the log of the service."
    >
      <CodeBlock label="How the link looks" text={`${window.location.origin}/claim?token=…`} />
      <p className={classes.small}>Lost it? Restart the server: while it has no owner it prints a new link each time.</p>
    </Card>
  )
}

function Card({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Heartwood`
  }, [title])
  return (
    <main className={classes.screen}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <Mark size={26} />
          <span>Heartwood</span>
        </div>
        <h1 className={classes.title}>{title}</h1>
        {lead && <p className={classes.lead}>{lead}</p>}
        {children}
      </div>
    </main>
  )
}
