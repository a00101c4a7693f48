import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { FlowView } from '../features/flows/flow-view.tsx'
import { FlowsView } from '../features/flows/flows-view.tsx'
import { formatFlow, formatFlows, parseFlow, parseFlows } from '../features/flows/model.ts'
import { RunView } from '../features/flows/run-view.tsx'
import { useServerAddress } from '../features/session/session-api.ts'
import { ProjectPage } from './project-page.tsx'

export function FlowsPage() {
  const navigate = useNavigate()
  const { project } = useParams({ from: '/signed-in/p/$project/flows' })
  const search = useSearch({ from: '/signed-in/p/$project/flows' })
  const state = useMemo(() => parseFlows(search), [search])
  const address = useServerAddress()
  return (
    <ProjectPage slug={project}>
      <FlowsView
        key={project}
        project={project}
        address={address}
        state={state}
        onChange={(patch) => void navigate({ to: '/p/$project/flows', params: { project }, search: formatFlows({ ...state, ...patch }) })}
      />
    </ProjectPage>
  )
}

export function FlowPage() {
  const navigate = useNavigate()
  const { project, name } = useParams({ from: '/signed-in/p/$project/flows/$name' })
  const search = useSearch({ from: '/signed-in/p/$project/flows/$name' })
  const state = useMemo(() => parseFlow(search), [search])
  return (
    <ProjectPage slug={project}>
      <FlowView
        key={`${project}/${name}`}
        project={project}
        name={name}
        state={state}
        onChange={(patch) => void navigate({ to: '/p/$project/flows/$name', params: { project, name }, search: formatFlow({ ...state, ...patch }) })}
      />
    </ProjectPage>
  )
}

export function RunPage() {
  const navigate = useNavigate()
  const { project, id } = useParams({ from: '/signed-in/p/$project/flows/run/$id' })
  const { open = '' } = useSearch({ from: '/signed-in/p/$project/flows/run/$id' })
  return (
    <ProjectPage slug={project}>
      <RunView
        key={`${project}/${id}`}
        project={project}
        id={id}
        open={open === '' ? [] : open.split(',')}
        onOpen={(ids) =>
          void navigate({
            to: '/p/$project/flows/run/$id',
            params: { project, id },
            search: ids.length === 0 ? {} : { open: ids.join(',') },
            replace: true,
          })
        }
      />
    </ProjectPage>
  )
}
