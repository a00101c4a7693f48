import { createShop, ingest } from '../support/events.ts'
import { expect, expectAccessible, test } from './fixtures.ts'
import { send } from './seed.ts'

test('an answer that is not whole says so, beside its rows and its count', async ({ page, project }) => {
  const partial = { reason: 'time', message: 'The search took longer than 5 s.' }
  // A search that takes so long cannot be had here; all but the notice is the real answer.
  await page.route(/\/api\/(search|histogram)\?/, async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), partial } })
  })
  await page.goto(`/p/${project.slug}/logs`)
  await expect(page.getByRole('status').filter({ hasText: 'Not everything was looked at. The search took longer than 5 s.' })).toBeVisible()
  await expect(page.getByText(/^≥ \d+ events$/)).toBeVisible()
  await expect(page.getByRole('row', { name: /payment failed/ }).first()).toBeVisible()
  await expectAccessible(page)
  await page.unrouteAll({ behavior: 'wait' })
})

test('a live tail that gets more at once than it shows says how many it left out', async ({ page, server }) => {
  const busy = await createShop(server, 'Busy')
  await page.goto(`/p/${busy.project}/logs?q=flood&live=1`)
  await expect(page.getByText('Live', { exact: true }).last()).toBeVisible()
  const flood = Array.from({ length: 250 }, (_, index) => ({ message: `flood ${index}`, level: 'debug' }))
  expect((await send(server, busy.ingestKey, flood)).status).toBe(202)
  await expect(page.getByText('150 events left out: too many at once to show. They are stored.')).toBeVisible()
  await expectAccessible(page)
})

test('events of long ago are found from an empty range', async ({ page, server }) => {
  const old = await server.client.createProject({ body: { name: 'Old papers' } })
  await page.goto(`/p/${old.slug}/logs`)
  await expect(page.getByRole('heading', { name: 'No events yet' })).toBeVisible()
  await expectAccessible(page)
  const { key } = await server.client.createKey({ body: { project: old.id, scope: 'ingest' } })
  const paper = JSON.stringify({ message: 'from the attic', timestamp: '2005-06-03T10:00:00Z' })
  expect((await ingest(server, key, paper, '/ingest?import=1')).status).toBe(202)
  await expect(async () => {
    await page.reload()
    await expect(page.getByText(/The newest event is from 2005-06-03/)).toBeVisible({ timeout: 2_000 })
  }).toPass()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Show the newest' }).click()
  await expect(page.getByRole('row', { name: /2005-06-03.*from the attic/ })).toBeVisible()
})
