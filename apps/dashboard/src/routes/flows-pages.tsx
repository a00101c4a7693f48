import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { FlowView } from '../features/flows/flow-view.tsx'
import { FlowsView } from '../features/flows/flows-view.tsx'
import { flowCodec, flowsCodec } from '../features/flows/model.ts'
import { RunView } from '../features/flows/run-view.tsx'
import { useServerAddress } from '../features/session/session-api.ts'
import { useAddressState } from './address-state.ts'
import { ProjectPage } from './project-page.tsx'

export function FlowsPage() {
  const { project } = useParams({ from: '/signed-in/p/$project/flows' })
  const [state, change] = useAddressState(flowsCodec)
  const address = useServerAddress()
  return (
    <ProjectPage slug={project}>
      <FlowsView key={project} project={project} address={address} state={state} onChange={change} />
    </ProjectPage>
  )
}

export function FlowPage() {
  const { project, name } = useParams({ from: '/signed-in/p/$project/flows/$name' })
  const [state, change] = useAddressState(flowCodec)
  return (
    <ProjectPage slug={project}>
      <FlowView key={`${project}/${name}`} project={project} name={name} state={state} onChange={change} />
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
