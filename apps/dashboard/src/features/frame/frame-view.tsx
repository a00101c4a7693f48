import type { ProjectJson } from '@heartwood/protocol'
import { Drawer } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { type ReactNode, useState } from 'react'
import { usePreference } from '../../state/preferences.ts'
import { ErrorBoundary } from '../../ui/error-boundary.tsx'
import { Icon, Mark } from '../../ui/icons.tsx'
import classes from './frame.module.css'
import { openPalette, Palette } from './palette.tsx'
import { ProjectSwitcher } from './project-switcher.tsx'
import { Navigation, RailFoot } from './rail.tsx'
import { ShortcutHelp } from './shortcut-help.tsx'

interface FrameProps {
  projects: readonly ProjectJson[]
  project: ProjectJson | undefined
  person: { name: string; email: string }
  path: string
  children: ReactNode
}

/** Rail, page and the things that are everywhere: palette, help. On small screens the rail becomes a drawer behind a bottom bar. */
export function FrameView({ projects, project, person, path, children }: FrameProps) {
  const [collapsed, setCollapsed] = usePreference('railCollapsed')
  const [drawer, setDrawer] = useState(false)
  const [help, setHelp] = useState(false)
  useHotkeys([
    ['shift+?', () => setHelp(true)],
    ['?', () => setHelp(true)],
  ])
  return (
    <div className={classes.frame} data-collapsed={collapsed || undefined}>
      <a href="#main" className={classes.skip}>
        Skip to the page
      </a>
      <nav className={classes.rail} aria-label="Areas">
        <div className={classes.brand}>
          <Mark />
          <span className={classes.word}>Heartwood</span>
        </div>
        <ProjectSwitcher projects={projects} project={project} />
        <Navigation project={project} collapsed={collapsed} />
        <RailFoot person={person} collapsed={collapsed} onCollapse={() => setCollapsed(!collapsed)} onHelp={() => setHelp(true)} />
      </nav>
      <main id="main" className={classes.main} tabIndex={-1}>
        <ErrorBoundary resetKey={path}>{children}</ErrorBoundary>
      </main>
      <nav className={classes.bottom} aria-label="Areas">
        <button type="button" onClick={() => setDrawer(true)} aria-label="Menu" aria-expanded={drawer}>
          <Icon name="menu" size={20} />
          <span>Menu</span>
        </button>
        <Navigation project={project} collapsed={false} bottom />
        <button type="button" onClick={openPalette}>
          <Icon name="search" size={20} />
          <span>Go to</span>
        </button>
      </nav>
      <Drawer opened={drawer} onClose={() => setDrawer(false)} size={280} title="Heartwood" closeButtonProps={{ 'aria-label': 'Close the menu' }}>
        <div className={classes.drawer}>
          <ProjectSwitcher projects={projects} project={project} onDone={() => setDrawer(false)} />
          {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: closes after any of the links inside was followed. */}
          <div onClick={() => setDrawer(false)}>
            <Navigation project={project} collapsed={false} />
          </div>
          <RailFoot person={person} collapsed={false} onHelp={() => setHelp(true)} />
        </div>
      </Drawer>
      <Palette projects={projects} project={project} onHelp={() => setHelp(true)} />
      <ShortcutHelp opened={help} onClose={() => setHelp(false)} />
    </div>
  )
}
