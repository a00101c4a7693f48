import { useParams } from '@tanstack/react-router'
import { requestsCodec } from '../features/requests/model.ts'
import { RequestsView } from '../features/requests/requests-view.tsx'
import { useServerAddress } from '../features/session/session-api.ts'
import { useAddressState } from './address-state.ts'
import { ProjectPage } from './project-page.tsx'

export function RequestsPage() {
  const { project } = useParams({ from: '/signed-in/p/$project/requests' })
  const [state, change] = useAddressState(requestsCodec)
  const address = useServerAddress()
  return (
    <ProjectPage slug={project}>
      <RequestsView key={project} project={project} address={address} state={state} onChange={change} />
    </ProjectPage>
  )
}
