import type { ReactNode } from 'react'
import { useProjects } from '../features/projects/projects-api.ts'
import { NoProject } from './start.tsx'

/** A page of a project: nothing until the projects are known, and a word about one that is not there. */
export function ProjectPage({ slug, children }: { slug: string; children: ReactNode }) {
  const { data: projects } = useProjects()
  if (!projects) return null
  return projects.some((candidate) => candidate.slug === slug) ? children : <NoProject slug={slug} />
}
