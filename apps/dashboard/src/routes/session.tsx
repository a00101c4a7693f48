import { createRoute, useNavigate, useRouter } from '@tanstack/react-router'
import { ClaimView, SignInView } from '../features/session/session-views.tsx'
import { rootRoute } from './root.tsx'

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { to?: string } => (textOf(search.to) === '' ? {} : { to: textOf(search.to) }),
  component: function SignInPage() {
    const router = useRouter()
    const { to } = signInRoute.useSearch()
    return <SignInView onDone={() => router.history.replace(isOwnPath(to) ? to : '/')} />
  },
})

export const claimRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/claim',
  validateSearch: (search: Record<string, unknown>): { token?: string } => (textOf(search.token) === '' ? {} : { token: textOf(search.token) }),
  component: function ClaimPage() {
    const navigate = useNavigate()
    const { token } = claimRoute.useSearch()
    return <ClaimView token={token ?? ''} onDone={() => void navigate({ to: '/', replace: true })} />
  },
})

/** Only a path of this dashboard is followed after signing in, never another site. */
const isOwnPath = (to: string | undefined): to is string => to !== undefined && /^\/(?![/\\])/.test(to)
