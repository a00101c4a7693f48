import { readFileSync } from 'node:fs'
import { api, type RouteSpec } from '@heartwood/protocol'
import { expect, it } from 'vitest'

const page = readFileSync(new URL('../../../../docs/reference/api.md', import.meta.url), 'utf8')

it('documents each route with its access and its summary, and none that does not exist', () => {
  const documented = [...page.matchAll(/^\| `([A-Z]+ \S+)` \| (\w+) \| (.+) \|$/gm)].map(([, place, access, summary]) => ({ place, access, summary }))
  const routes = Object.values(api).map(({ method, path, access, summary }: RouteSpec) => ({ place: `${method} ${path}`, access, summary }))
  const byPlace = (a: { place: string | undefined }, b: { place: string | undefined }) => (String(a.place) < String(b.place) ? -1 : 1)
  expect(documented.sort(byPlace)).toEqual(routes.sort(byPlace))
})
