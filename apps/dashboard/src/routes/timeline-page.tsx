import { useParams } from '@tanstack/react-router'
import { timelineCodec } from '../features/timeline/model.ts'
import { TimelineView } from '../features/timeline/timeline-view.tsx'
import { useAddressState } from './address-state.ts'
import { ProjectPage } from './project-page.tsx'

export function TimelinePage() {
  const { project, id } = useParams({ from: '/signed-in/p/$project/timeline/$id' })
  const [state, change] = useAddressState(timelineCodec)
  return (
    <ProjectPage slug={project}>
      <TimelineView key={`${project}/${id}`} project={project} id={id} state={state} onChange={change} />
    </ProjectPage>
  )
}
