import type { ProjectJson } from '@heartwood/protocol'
import { Menu, Tooltip, useMantineColorScheme } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Icon, type IconName } from '../../ui/icons.tsx'
import { useSignOut } from '../session/session-api.ts'
import classes from './frame.module.css'
import { openPalette } from './palette.tsx'

const AREAS = [
  { to: '/p/$project/logs', name: 'logs', text: 'Logs' },
  { to: '/p/$project/flows', name: 'flows', text: 'Flows' },
  { to: '/p/$project/requests', name: 'requests', text: 'Requests' },
] as const

/** Links to the areas that exist. */
export function Navigation({ project, collapsed, bottom = false }: { project: ProjectJson | undefined; collapsed: boolean; bottom?: boolean }) {
  const shape = bottom ? undefined : classes.item
  const label = (name: IconName, text: string) => (
    <>
      <Icon name={name} size={bottom ? 20 : 16} />
      <span className={bottom ? undefined : classes.word}>{text}</span>
    </>
  )
  return (
    <div className={bottom ? classes.bottomLinks : classes.items}>
      {project &&
        AREAS.map(({ to, name, text }) => (
          <Hint key={to} text={text} shown={collapsed}>
            <Link to={to} params={{ project: project.slug }} className={shape} activeProps={{ 'aria-current': 'page' }}>
              {label(name, text)}
            </Link>
          </Hint>
        ))}
      <Hint text="Settings" shown={collapsed}>
        <Link to="/settings" className={shape} activeProps={{ 'aria-current': 'page' }}>
          {label('settings', 'Settings')}
        </Link>
      </Hint>
    </div>
  )
}

interface RailFootProps {
  person: { name: string; email: string }
  collapsed: boolean
  onCollapse?: () => void
  onHelp: () => void
}

/** What is about the person rather than about the data. */
export function RailFoot({ person, collapsed, onCollapse, onHelp }: RailFootProps) {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const signOut = useSignOut()
  const name = person.name || person.email
  return (
    <div className={classes.foot}>
      <Hint text="Go to anything" shown={collapsed}>
        <button type="button" className={classes.item} onClick={openPalette} aria-label="Go to anything">
          <Icon name="search" />
          <span className={classes.word}>Go to…</span>
          <kbd className={classes.keys}>{isApple() ? '⌘K' : 'Ctrl K'}</kbd>
        </button>
      </Hint>
      <Hint text="Keyboard help" shown={collapsed}>
        <button type="button" className={classes.item} onClick={onHelp} aria-label="Keyboard help">
          <Icon name="help" />
          <span className={classes.word}>Keyboard</span>
          <kbd className={classes.keys}>?</kbd>
        </button>
      </Hint>
      <Menu position="right-end" width={216}>
        <Menu.Target>
          <button type="button" className={classes.item} aria-label={`Account: ${name}`}>
            <Icon name="person" />
            <span className={classes.word}>{name}</span>
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{person.email}</Menu.Label>
          {(['light', 'dark', 'auto'] as const).map((scheme) => (
            <Menu.Item
              key={scheme}
              leftSection={<Icon name={scheme === 'light' ? 'sun' : scheme === 'dark' ? 'moon' : 'system'} />}
              rightSection={colorScheme === scheme ? <Icon name="check" size={14} /> : null}
              onClick={() => setColorScheme(scheme)}
            >
              {{ light: 'Light', dark: 'Dark', auto: 'As the system' }[scheme]}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name="out" />} onClick={() => signOut.mutate()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {onCollapse && (
        <Hint text="Expand the rail" shown={collapsed}>
          <button
            type="button"
            className={classes.item}
            onClick={onCollapse}
            aria-label={collapsed ? 'Expand the rail' : 'Collapse the rail'}
            aria-expanded={!collapsed}
          >
            <Icon name="rail" />
            <span className={classes.word}>Collapse</span>
          </button>
        </Hint>
      )}
    </div>
  )
}

function Hint({ text, shown, children }: { text: string; shown: boolean; children: ReactElement }) {
  return (
    <Tooltip label={text} position="right" disabled={!shown} openDelay={0}>
      {children}
    </Tooltip>
  )
}

const isApple = (): boolean => /Mac|iP(hone|ad)/.test(navigator.userAgent)
