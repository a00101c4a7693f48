import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { plural } from '../../lib/format.ts'
import { Icon } from '../../ui/icons.tsx'
import { Ago } from '../../ui/stamp.tsx'
import { EmptyState, ErrorState, SkeletonRows } from '../../ui/states.tsx'
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
      <div className={classes.tableWrap}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Short name</th>
              <th scope="col">Keeps events for</th>
              <th scope="col">Created</th>
              <th scope="col">
                <span className="visually-hidden">Keys</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {projects.map((project) => (
              <tr key={project.id}>
                <th scope="row">
                  <Link to="/settings/projects/$project" params={{ project: project.slug }}>
                    {project.name}
                  </Link>
                </th>
                <td className="mono">{project.slug}</td>
                <td>{plural(project.retentionDays, 'day')}</td>
                <td>
                  <Ago stamp={project.createdAt} />
                </td>
                <td className={classes.right}>
                  <Link to="/settings/keys" search={{ project: project.slug }}>
                    Keys
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
