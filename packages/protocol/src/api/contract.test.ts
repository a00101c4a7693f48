import { describe, expect, it } from 'vitest'
import { ApiError, createClient, routeUrl } from './client.ts'
import { api } from './contract.ts'
import { toOpenApi } from './openapi.ts'
import type { RouteSpec } from './route.ts'

const routes = Object.values(api) as RouteSpec[]

describe('the contract', () => {
  it('gives each method and path to one route', () => {
    const places = routes.map((route) => `${route.method} ${route.path}`)
    expect(new Set(places).size).toBe(places.length)
  })

  it('declares a schema for each parameter of a path', () => {
    for (const route of routes) {
      const names = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1])
      expect(Object.keys(route.params?.shape ?? {})).toEqual(names)
    }
  })

  it('becomes an OpenAPI document with every route, its parameters and its answer', () => {
    const document = toOpenApi('1.2.3') as {
      paths: Record<string, Record<string, { operationId: string; parameters: { name: string; required: boolean }[] }>>
    }
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path))
    expect(operations.map((operation) => operation.operationId).sort()).toEqual(
      [...Object.keys(api), 'healthz', 'metrics', 'openapi', 'readyz'].sort(),
    )
    expect(document.paths['/ingest/{format}']?.post?.parameters.find((parameter) => parameter.name === 'format')).toMatchObject({ required: true })
    expect(document.paths['/api/search']?.get?.parameters.find((parameter) => parameter.name === 'q')).toMatchObject({ required: false })
  })

  it('becomes a document in which every reference leads somewhere', () => {
    const text = JSON.stringify(toOpenApi('1.2.3'))
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? '')
    expect(references.length).toBeGreaterThan(20)
    const { components } = JSON.parse(text) as { components: { schemas: Record<string, unknown> } }
    expect(new Set(references)).toEqual(new Set(Object.keys(components.schemas).map((name) => `#/components/schemas/${name}`)))
  })
})

describe('the client', () => {
  const answering = (status: number, body: unknown) => {
    const seen: { url: string; method: string | undefined; body: string | undefined }[] = []
    const client = createClient({
      baseUrl: 'http://server',
      fetch: async (url, init) => {
        seen.push({ url, method: init.method, body: init.body as string | undefined })
        return { ok: status < 400, status, text: async () => (typeof body === 'string' ? body : JSON.stringify(body)) } as Response
      },
    })
    return { client, seen }
  }

  it('fills in path, query and body', async () => {
    const { client, seen } = answering(200, { ok: true })
    await client.deleteProject({ params: { project: 'my shop' }, query: { confirm: 'My shop & more' } })
    expect(seen).toEqual([{ url: 'http://server/api/projects/my%20shop?confirm=My+shop+%26+more', method: 'DELETE', body: undefined }])
    expect(routeUrl(api.tail, { query: { project: 'shop', q: 'level:error' } })).toBe('/api/tail?project=shop&q=level%3Aerror')
  })

  it('throws what the server says, by code', async () => {
    const { client } = answering(404, { error: { code: 'project-not-found', message: 'No such project.', docs: '' } })
    await expect(client.listKeys({ query: { project: 'x' } })).rejects.toMatchObject({ code: 'project-not-found', status: 404 })
  })

  it('does not take an answer of something else for one of Heartwood', async () => {
    for (const body of ['<html>proxy error</html>', { some: 'json' }]) {
      await expect(answering(200, body).client.listProjects()).rejects.toBeInstanceOf(ApiError)
      await expect(answering(502, body).client.listProjects()).rejects.toMatchObject({ code: 'unreadable-answer' })
    }
  })
})

it('bounds the retention of a project in plain words', () => {
  const parse = (retentionDays: number) => api.createProject.body.safeParse({ name: 'Shop', retentionDays })
  expect(parse(3_650).success).toBe(true)
  for (const days of [0, 1.5, 3_651, 60_000]) expect(parse(days).error?.issues[0]?.message).toBe('expected whole days from 1 to 3650')
})
