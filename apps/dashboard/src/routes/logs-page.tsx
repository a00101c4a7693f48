import { useParams } from '@tanstack/react-router'
import { LogsView } from '../features/logs/logs-view.tsx'
import { logsCodec } from '../features/logs/model/logs-state.ts'
import { useServerAddress } from '../features/session/session-api.ts'
import { useAddressState } from './address-state.ts'
import { ProjectPage } from './project-page.tsx'

export function LogsPage() {
  const { project } = useParams({ from: '/signed-in/p/$project/logs' })
  const [state, change] = useAddressState(logsCodec)
  const address = useServerAddress()
  return (
    <ProjectPage slug={project}>
      <LogsView key={project} project={project} address={address} state={state} onChange={change} />
    </ProjectPage>
  )
}
