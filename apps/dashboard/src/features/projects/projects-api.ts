import type { ProjectJson } from '@heartwood/protocol'
import { type UseQueryResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useApi } from '../../lib/api.tsx'
import { projectLabel } from './project-label.ts'

const KEY = ['projects']

export function useProjects(): UseQueryResult<ProjectJson[]> {
  const api = useApi()
  return useQuery({ queryKey: KEY, queryFn: async ({ signal }) => (await api.listProjects({ signal })).projects })
}

/** What a project is called, by its id; the id itself when it is gone. */
export function useProjectNames(): (id: string) => string {
  const { data: projects = [] } = useProjects()
  return (id) => {
    const project = projects.find((candidate) => candidate.id === id)
    return project ? projectLabel(project, projects) : id
  }
}

export function useCreateProject() {
  const api = useApi()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Parameters<typeof api.createProject>[0]['body']) => api.createProject({ body }),
    onSuccess: (project) => {
      client.setQueryData<ProjectJson[]>(KEY, (all) => [...(all ?? []), project])
      return client.invalidateQueries({ queryKey: KEY })
    },
  })
}

export function useUpdateProject(project: string) {
  const api = useApi()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Parameters<typeof api.updateProject>[0]['body']) => api.updateProject({ params: { project }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  })
}

export function useDeleteProject(project: string) {
  const api = useApi()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (confirm: string) => api.deleteProject({ params: { project }, query: { confirm } }),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  })
}
