import type { ProjectJson } from '@heartwood/protocol'
import { useMantineColorScheme } from '@mantine/core'
import { createSpotlight, Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { looksLikeId } from '../../lib/ids.ts'
import { Icon } from '../../ui/icons.tsx'
import { projectLabel } from '../projects/project-label.ts'

const [store, actions] = createSpotlight()
export const openPalette = (): void => actions.open()

interface PaletteProps {
  projects: readonly ProjectJson[]
  project: ProjectJson | undefined
  onHelp: () => void
}

/** Ctrl/Cmd+K: goes anywhere, and finds whatever carries a pasted id. */
export function Palette({ projects, project, onHelp }: PaletteProps) {
  const navigate = useNavigate()
  const { setColorScheme } = useMantineColorScheme()
  const [text, setText] = useState('')
  const query = text.trim()

  const go: SpotlightActionData[] = [
    ...(project
      ? [
          entry('logs', 'Logs', 'logs', () => navigate({ to: '/p/$project/logs', params: { project: project.slug } })),
          entry('flows', 'Flows', 'flows', () => navigate({ to: '/p/$project/flows', params: { project: project.slug } })),
          entry('requests', 'Requests', 'requests', () => navigate({ to: '/p/$project/requests', params: { project: project.slug } })),
          entry('start', 'Send events', 'play', () => navigate({ to: '/p/$project/start', params: { project: project.slug } })),
        ]
      : []),
    entry('projects', 'Projects', 'project', () => navigate({ to: '/settings/projects' }), 'Settings'),
    entry('keys', 'Keys', 'key', () => navigate({ to: '/settings/keys' }), 'Settings'),
    entry('health', 'System health', 'health', () => navigate({ to: '/settings/health' }), 'Settings'),
    entry('new', 'New project', 'plus', () => navigate({ to: '/welcome' })),
  ]
  const switches = projects
    .filter((candidate) => candidate.id !== project?.id)
    .map((candidate) =>
      entry(
        `project-${candidate.id}`,
        projectLabel(candidate, projects),
        'project',
        () => navigate({ to: '/p/$project/logs', params: { project: candidate.slug } }),
        'Project',
      ),
    )
  const settings = [
    entry('light', 'Light theme', 'sun', () => setColorScheme('light')),
    entry('dark', 'Dark theme', 'moon', () => setColorScheme('dark')),
    entry('system', 'Theme as the system', 'system', () => setColorScheme('auto')),
    entry('help', 'Keyboard help', 'help', onHelp),
  ]
  const byId: SpotlightActionData[] = []
  const byText: SpotlightActionData[] = []
  if (project && query !== '') {
    if (looksLikeId(query)) {
      byId.push(
        entry('find-id', `Everything with the id ${query}`, 'search', () =>
          navigate({ to: '/p/$project/timeline/$id', params: { project: project.slug, id: query } }),
        ),
      )
    }
    byText.push(
      entry('find-text', `Logs with ${query}`, 'search', () =>
        navigate({ to: '/p/$project/logs', params: { project: project.slug }, search: { q: query } }),
      ),
    )
  }
  const groups: SpotlightActionGroupData[] = [
    { group: 'Find', actions: byId },
    { group: 'Go to', actions: filter(go, query) },
    { group: 'Projects', actions: filter(switches, query) },
    { group: 'Preferences', actions: filter(settings, query) },
    { group: 'Search', actions: byText },
  ]
  return (
    <Spotlight
      store={store}
      actions={groups.filter((group) => group.actions.length > 0)}
      filter={(_, all) => all}
      query={text}
      onQueryChange={setText}
      shortcut={['mod + K']}
      nothingFound="Nothing has that name"
      scrollable
      maxHeight={460}
      transitionProps={{ duration: 120 }}
      overlayProps={{ backgroundOpacity: 0.45 }}
      searchProps={{ leftSection: <Icon name="search" />, placeholder: 'Go to, or paste an id', 'aria-label': 'Go to, or paste an id' }}
    />
  )
}

function entry(id: string, label: string, icon: Parameters<typeof Icon>[0]['name'], act: () => unknown, description?: string): SpotlightActionData {
  return { id, label, leftSection: <Icon name={icon} />, onClick: () => void act(), ...(description ? { description } : {}) }
}

const filter = (entries: SpotlightActionData[], query: string): SpotlightActionData[] =>
  entries.filter((candidate) => `${candidate.label} ${candidate.description ?? ''}`.toLowerCase().includes(query.toLowerCase()))
