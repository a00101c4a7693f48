import type { ProjectJson } from '@heartwood/protocol'
import { Menu } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { Icon } from '../../ui/icons.tsx'
import { projectLabel } from '../projects/project-label.ts'
import classes from './frame.module.css'

interface ProjectSwitcherProps {
  projects: readonly ProjectJson[]
  project: ProjectJson | undefined
  onDone?: () => void
}

export function ProjectSwitcher({ projects, project, onDone }: ProjectSwitcherProps) {
  const navigate = useNavigate()
  const name = project ? projectLabel(project, projects) : 'No project'
  return (
    <Menu position="bottom-start" width={216}>
      <Menu.Target>
        <button type="button" className={classes.switcher} aria-label={`Project: ${name}`} title={name}>
          <span className={classes.initial}>{name.slice(0, 1).toUpperCase()}</span>
          <span className={classes.word}>{name}</span>
          <span className={classes.chevron}>
            <Icon name="down" size={12} />
          </span>
        </button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        {projects.map((candidate) => (
          <Menu.Item
            key={candidate.id}
            rightSection={candidate.id === project?.id ? <Icon name="check" size={14} /> : null}
            onClick={() => {
              onDone?.()
              void navigate({ to: '/p/$project/logs', params: { project: candidate.slug } })
            }}
          >
            {projectLabel(candidate, projects)}
          </Menu.Item>
        ))}
        {projects.length > 0 && <Menu.Divider />}
        {project && (
          <Menu.Item
            leftSection={<Icon name="play" size={14} />}
            onClick={() => {
              onDone?.()
              void navigate({ to: '/p/$project/start', params: { project: project.slug } })
            }}
          >
            Send events
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<Icon name="plus" size={14} />}
          onClick={() => {
            onDone?.()
            void navigate({ to: '/welcome' })
          }}
        >
          New project
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
