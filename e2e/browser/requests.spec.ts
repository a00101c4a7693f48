import { createShop, findEvents } from '../support/events.ts'
import { expect, expectAccessible, expectNoSidewaysScroll, test } from './fixtures.ts'
import { send } from './seed.ts'

const MINUTE = 60_000

/** 100 quick requests of the shop, 20 slow ones of the till of which 5 fail, and one that took longest, with a log of its own. */
function makeRequests(now: number): object[] {
  const request = (index: number, service: string, method: string, route: string, status: number, durationMs: number, more = {}) => ({
    kind: 'request',
    service,
    message: `${method} ${route} ${status}`,
    timestamp: new Date(now - 30 * MINUTE + index * 10_000).toISOString(),
    request: { method, route, path: route.replace(':id', String(index)), status, durationMs },
    ...more,
  })
  return [
    ...Array.from({ length: 100 }, (_, index) => request(index, 'shop', 'GET', '/products/:id', index === 7 ? 404 : 200, 20 + index)),
    ...Array.from({ length: 20 }, (_, index) => request(index, 'till', 'POST', '/payments', index % 4 === 0 ? 503 : 201, 700 + index)),
    request(50, 'till', 'GET', '/reports/:id', 200, 9_000, { requestId: 'req-longest-1' }),
    { message: 'reading a lot', service: 'till', requestId: 'req-longest-1', timestamp: new Date(now - 30 * MINUTE + 495_000).toISOString() },
  ]
}

test('the slow route is found, the page is narrowed to it, and a request opens with its logs', async ({ page, server }) => {
  const shop = await createShop(server, 'Requests')
  expect((await send(server, shop.ingestKey, makeRequests(Date.now()))).status).toBe(202)
  await findEvents(server, shop.project, '', 122)

  await page.goto(`/p/${shop.project}/requests`)
  const routes = page.getByRole('region', { name: 'Routes' })
  const first = routes.getByRole('row').nth(1)
  await expect(first).toContainText('/products/:id')
  await expect(page.getByRole('img', { name: /^121 requests by status/ })).toBeVisible()
  await expectAccessible(page)
  await routes.getByRole('button', { name: 'p95' }).click()
  await expect(first).toContainText('/reports/:id')
  await expect(page).toHaveURL(/order=-p95/)
  await routes.getByRole('button', { name: 'Errors' }).click()
  await expect(first).toContainText('/payments')
  await expect(first).toContainText('25%')
  await first.getByRole('button').click()
  await expect(page).toHaveURL(/service=till&method=POST&route=\/payments/)
  await expect(page.getByRole('img', { name: /^20 requests by status/ })).toBeVisible()
  await page.getByRole('group', { name: 'By status' }).getByRole('button', { name: /^503/ }).click()
  await expect(page.getByRole('textbox', { name: 'Query' })).toHaveText('status:503')
  await expect(page.getByRole('img', { name: /^5 requests by status/ })).toBeVisible()
  await page.getByRole('button', { name: 'Show the numbers' }).click()
  await expect(page.getByRole('region', { name: 'Numbers of the charts' }).getByRole('row').nth(1)).toBeVisible()
  await page.getByRole('heading', { name: 'Requests' }).hover()
  await expectAccessible(page)

  await page.goto(`/p/${shop.project}/requests`)
  await page.getByLabel('Service').selectOption('till')
  await expect(page.getByRole('img', { name: /^21 requests by status/ })).toBeVisible()
  await page.getByRole('region', { name: 'Slowest requests' }).getByRole('link').first().click()
  await expect(page).toHaveURL(/\/timeline\/req-longest-1$/)
  await expect(page.getByRole('list', { name: 'Events in order' })).toContainText('reading a lot')
})

test('a query that cannot be read says so; nothing that matches offers a way out; without requests the page teaches', async ({ page, server }) => {
  const shop = await createShop(server, 'No requests')
  await page.goto(`/p/${shop.project}/requests?q=status:(500`)
  await expect(page.getByRole('alert')).toContainText('never closed')
  await expect(page.getByRole('heading', { name: 'The query cannot be read yet' })).toBeVisible()
  await expectAccessible(page)
  await page.goto(`/p/${shop.project}/requests?q=status:999`)
  await page.getByRole('button', { name: 'Clear the filters' }).click()
  await expect(page.getByRole('heading', { name: 'No requests in this range' })).toBeVisible()
  await expect(page.locator('pre')).toContainText('"kind":"request"')
  await expectAccessible(page)
})

test('numbers of a search that was stopped early do not pass for all of it', async ({ page, server }) => {
  const shop = await createShop(server, 'Part of the requests')
  expect((await send(server, shop.ingestKey, makeRequests(Date.now()))).status).toBe(202)
  await findEvents(server, shop.project, '', 122)
  const partial = { reason: 'time', message: 'The search was stopped after 10 seconds.' }
  // A search that takes so long cannot be had here; all but the notice is the real answer.
  await page.route(/\/api\/requests\//, async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), partial } })
  })
  await page.goto(`/p/${shop.project}/requests`)
  await expect(page.getByRole('status').filter({ hasText: 'Not everything was looked at. The search was stopped after 10 seconds.' })).toBeVisible()
  await expect(page.getByText('≥ 121', { exact: true })).toBeVisible()
  await expect(page.getByText('≈ 4.1%', { exact: true })).toBeVisible()
  await expectAccessible(page)
  await page.unrouteAll({ behavior: 'wait' })
})

test('requests are read on a telephone', async ({ page, server }) => {
  const shop = await createShop(server, 'Small requests')
  expect((await send(server, shop.ingestKey, makeRequests(Date.now()))).status).toBe(202)
  await findEvents(server, shop.project, '', 122)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`/p/${shop.project}/logs`)
  await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Requests' }).click()
  const routes = page.getByRole('region', { name: 'Routes' })
  await expect(routes.getByRole('row').nth(1)).toContainText('/products/:id')
  await page.getByLabel('Order').selectOption('-p95')
  await expect(routes.getByRole('row').nth(1)).toContainText('/reports/:id')
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
})
