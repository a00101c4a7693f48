import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { plural } from '../../lib/format.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Ago } from '../../ui/stamp.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
import { projectLabel } from '../projects/project-label.ts'
import { useProjects } from '../projects/projects-api.ts'
import classes from './settings.module.css'

export function ProjectsView() {
  const { data: projects, error, refetch } = useProjects()
  const create = (
    <Button component={Link} to="/welcome" leftSection={<Icon name="plus" size={14} />}>
      New project
    </Button>
  )
  if (error && !projects) return <ErrorState title="The projects could not be read" error={error} onRetry={() => void refetch()} />
  if (!projects) return <SkeletonRows rows={6} height={32} />
  if (projects.length === 0) return <EmptyState title="No project yet">{create}</EmptyState>
  return (
    <section>
      <div className={classes.head}>
        <p className={classes.lead}>A project has its own events, keys and retention.</p>
        {create}
      </div>
      <DataTable
        rows={projects}
        keyOf={(project) => project.id}
        columns={[
          {
            name: 'Name',
            cell: (project) => (
              <Link to="/settings/projects/$project" params={{ project: project.slug }}>
                {project.name}
              </Link>
            ),
          },
          { name: 'Short name', mono: true, cell: (project) => project.slug },
          { name: 'Keeps events for', cell: (project) => plural(project.retentionDays, 'day') },
          { name: 'Created', cell: (project) => <Ago stamp={project.createdAt} /> },
          {
            name: 'Keys',
            actions: true,
            cell: (project) => (
              <Link to="/settings/keys" search={{ project: project.slug }} aria-label={`Keys of ${projectLabel(project, projects)}`}>
                Keys
              </Link>
            ),
          },
        ]}
      />
    </section>
  )
}
