import type { api as contract, RouteOutput } from '@heartwood/protocol'
import { Link } from '@tanstack/react-router'
import { Moment } from '../../ui/stamp.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { projectLabel } from '../projects/project-label.ts'
import { useProjects } from '../projects/projects-api.ts'
import classes from './timeline.module.css'

type Found = RouteOutput<(typeof contract)['timelineProjects']>['projects']

/** The projects whose events carry an id, to choose from. */
export function TimelineChoice({ id, found, title }: { id: string; found: Found; title: string }) {
  const { data: projects = [] } = useProjects()
  return (
    <EmptyState title={title}>
      <ul className={classes.choice} aria-label="Projects">
        {found.map((project) => (
          <li key={project.id}>
            <Link to="/p/$project/timeline/$id" params={{ project: project.slug, id }}>
              {projectLabel(project, projects)}
            </Link>
            <span className="muted">
              last seen <Moment stamp={project.lastSeen} />
            </span>
          </li>
        ))}
      </ul>
    </EmptyState>
  )
}
