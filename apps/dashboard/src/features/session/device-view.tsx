import type { ProjectJson } from '@heartwood/protocol'
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toProblem } from '../../lib/api.tsx'
import { Page } from '../../ui/page.tsx'
import { Ago } from '../../ui/stamp.tsx'
import { EmptyState, Notice } from '../../ui/states.tsx'
import { projectLabel } from '../projects/project-label.ts'
import { useDecideDeviceLogin, useDeviceLogin } from './device-api.ts'
import classes from './session.module.css'

interface DeviceProps {
  code: string
  projects: readonly ProjectJson[]
  onCode: (code: string) => void
}

/** Where a person lets a command line tool read a project: the code here must be the one that the tool shows. */
export function DeviceView({ code, projects, onCode }: DeviceProps) {
  const login = useDeviceLogin(code)
  if (login.data) return <Decision key={login.data.code} login={login.data} projects={projects} />
  return (
    <Page title="Log in a command line tool" padded>
      <CodeForm code={code} problem={login.error ? toProblem(login.error).message : undefined} isLoading={login.isFetching} onCode={onCode} />
    </Page>
  )
}

function CodeForm({
  code,
  problem,
  isLoading,
  onCode,
}: {
  code: string
  problem: string | undefined
  isLoading: boolean
  onCode: (code: string) => void
}) {
  const [draft, setDraft] = useState(code)
  const handleSubmit = (event: FormEvent): void => {
    event.preventDefault()
    if (draft.trim() !== '') onCode(draft.trim().toUpperCase())
  }
  return (
    <form className={classes.card} onSubmit={handleSubmit}>
      <p className={classes.lead}>The tool shows a code such as ABCD-1234 when it is told to log in. A code lives ten minutes and works once.</p>
      <div className={classes.form}>
        {problem && <Notice tone="failed">{problem}</Notice>}
        <TextInput label="Code" autoComplete="off" autoFocus value={draft} onChange={(event) => setDraft(event.currentTarget.value)} />
        <div>
          <Button type="submit" loading={isLoading} disabled={draft.trim() === ''}>
            Continue
          </Button>
        </div>
      </div>
    </form>
  )
}

interface DecisionProps {
  login: { code: string; address: string; startedAt: string }
  projects: readonly ProjectJson[]
}

function Decision({ login, projects }: DecisionProps) {
  const decide = useDecideDeviceLogin(login.code)
  const [project, setProject] = useState(projects[0]?.id ?? '')
  if (decide.data) {
    const approved = decide.variables.approve
    return (
      <Page title="Log in a command line tool" padded>
        <EmptyState title={approved ? 'The tool is logged in' : 'The login was denied'}>
          {approved
            ? 'It goes on by itself within a few seconds; you can close this page. Its key is among those of the project, and can be revoked there.'
            : 'The tool was told so. Nobody got access.'}
        </EmptyState>
      </Page>
    )
  }
  return (
    <Page title="Log in a command line tool" padded>
      <div className={classes.card}>
        <p className={classes.lead}>
          A tool at <code className="mono">{login.address}</code> asked to read a project, <Ago stamp={login.startedAt} />. Approve it only if you
          started it yourself and it shows this code:
        </p>
        <p className={classes.deviceCode}>{login.code}</p>
        <div className={classes.form}>
          {decide.error && <Notice tone="failed">{toProblem(decide.error).message}</Notice>}
          <NativeSelect
            label="Project that it may read"
            value={project}
            onChange={(event) => setProject(event.currentTarget.value)}
            data={projects.map((candidate) => ({ value: candidate.id, label: projectLabel(candidate, projects) }))}
          />
          <div className={classes.choices}>
            <Button loading={decide.isPending} disabled={project === ''} onClick={() => decide.mutate({ approve: true, project })}>
              Approve
            </Button>
            <Button variant="default" disabled={decide.isPending} onClick={() => decide.mutate({ approve: false })}>
              Deny
            </Button>
          </div>
        </div>
      </div>
    </Page>
  )
}
