import { Link, Outlet } from '@tanstack/react-router'
import { Page } from '../../ui/page.tsx'
import classes from './settings.module.css'

/** The pages of the settings with their tabs. */
export function SettingsLayout() {
  const active = { 'aria-current': 'page' } as const
  return (
    <Page title="Settings">
      <nav className={classes.tabs} aria-label="Settings">
        <Link to="/settings/projects" activeProps={active}>
          Projects
        </Link>
        <Link to="/settings/keys" activeProps={active}>
          Keys
        </Link>
        <Link to="/settings/health" activeProps={active}>
          System health
        </Link>
      </nav>
      <div className={classes.content}>
        <Outlet />
      </div>
    </Page>
  )
}
