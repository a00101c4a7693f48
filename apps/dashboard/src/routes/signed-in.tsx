import { createRoute, Outlet, useLocation, useParams, useRouter, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { FrameView } from '../features/frame/frame-view.tsx'
import { useProjects } from '../features/projects/projects-api.ts'
import { useSession } from '../features/session/session-api.ts'
import { WaitingForOwner } from '../features/session/session-views.tsx'
import { usePreference } from '../state/preferences.ts'
import { ErrorState } from '../ui/states.tsx'
import { rootRoute } from './root.tsx'

/** Everything behind the sign-in, in the frame. */
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  component: function SignedIn() {
    const session = useSession()
    if (session.error && !session.data) {
      return <ErrorState title="Heartwood cannot be reached" error={session.error} onRetry={() => void session.refetch()} />
    }
    if (!session.data) return null
    if (session.data.person) return <Framed person={session.data.person} />
    if (session.data.needsOwner) return <WaitingForOwner />
    return <ToSignIn />
  },
})

/** Leaves for the sign-in page, once: the address changes under this component before it is gone. */
function ToSignIn() {
  const router = useRouter()
  useEffect(() => {
    const { href } = router.state.location
    void router.navigate({ to: '/sign-in', search: href === '/' ? {} : { to: href }, replace: true })
  }, [router])
  return null
}

function Framed({ person }: { person: { name: string; email: string } }) {
  const projects = useProjects()
  const { pathname } = useLocation()
  const { project: slug } = useParams({ strict: false })
  const { project: chosen } = useSearch({ strict: false })
  const [last, setLast] = usePreference('lastProject')
  const wanted = slug ?? chosen ?? last
  const project = projects.data?.find((candidate) => candidate.slug === wanted || candidate.id === wanted) ?? (slug ? undefined : projects.data?.[0])
  useEffect(() => {
    if (project && project.slug !== last) setLast(project.slug)
  }, [project, last, setLast])
  return (
    <FrameView projects={projects.data ?? []} project={project} person={person} path={pathname}>
      {projects.error && !projects.data ? (
        <ErrorState title="The projects could not be read" error={projects.error} onRetry={() => void projects.refetch()} />
      ) : (
        <Outlet />
      )}
    </FrameView>
  )
}
