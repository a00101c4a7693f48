import { KINDS } from '@heartwood/protocol'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useApi } from '../../lib/api.tsx'
import { toTimeline } from './model.ts'

const PAGE = 300

/** The projects whose events carry an id. */
export function useTimelineProjects(id: string, enabled: boolean) {
  const api = useApi()
  return useQuery({
    queryKey: ['timeline-projects', id],
    queryFn: ({ signal }) => api.timelineProjects({ params: { id }, signal }),
    enabled,
  })
}

/** Everything that carries an id, page after page; an unknown `kind` stands for all of them. */
export function useTimeline(project: string, id: string, kindName: string) {
  const api = useApi()
  const kind = KINDS.find((candidate) => candidate === kindName)
  const result = useInfiniteQuery({
    queryKey: ['timeline', project, id, kind],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.timeline({
        params: { id },
        query: { project, limit: PAGE, ...(kind ? { kind } : {}), ...(pageParam === '' ? {} : { cursor: pageParam }) },
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  })
  const { data } = result
  const timeline = useMemo(() => {
    const first = data?.pages[0]
    return toTimeline(data?.pages.flatMap((page) => page.events) ?? [], first?.from ?? null, first?.to)
  }, [data])
  return { ...result, ...timeline, kind }
}
