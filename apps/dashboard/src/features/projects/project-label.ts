import type { ProjectJson } from '@heartwood/protocol'

/** The name of a project, with its short name when another has the same. */
export function projectLabel(project: Pick<ProjectJson, 'id' | 'name' | 'slug'>, all: readonly Pick<ProjectJson, 'id' | 'name'>[]): string {
  const name = project.name.trim().toLowerCase()
  const isAlone = !all.some((other) => other.id !== project.id && other.name.trim().toLowerCase() === name)
  return isAlone ? project.name : `${project.name} (${project.slug})`
}
