import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { formatTimeline, parseTimeline } from '../features/timeline/model.ts'
import { TimelineView } from '../features/timeline/timeline-view.tsx'
import { ProjectPage } from './project-page.tsx'

export function TimelinePage() {
  const navigate = useNavigate()
  const { project, id } = useParams({ from: '/signed-in/p/$project/timeline/$id' })
  const search = useSearch({ from: '/signed-in/p/$project/timeline/$id' })
  const state = useMemo(() => parseTimeline(search), [search])
  return (
    <ProjectPage slug={project}>
      <TimelineView
        key={`${project}/${id}`}
        project={project}
        id={id}
        state={state}
        onChange={(patch) =>
          void navigate({ to: '/p/$project/timeline/$id', params: { project, id }, search: formatTimeline({ ...state, ...patch }) })
        }
      />
    </ProjectPage>
  )
}
