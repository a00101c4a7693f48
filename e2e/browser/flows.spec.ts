import { createShop, findEvents } from '../support/events.ts'
import { expect, expectAccessible, expectNoSidewaysScroll, test } from './fixtures.ts'
import { send } from './seed.ts'

const MINUTE = 60_000
const STEPS = [
  { message: 'cart validated', service: 'web' },
  { message: 'payment authorised', service: 'payments' },
  { message: 'stock reserved', service: 'warehouse' },
  { message: 'order confirmed', service: 'web' },
]

/** Runs of `checkout` an hour ago: 60 that finish, one that fails at its third step, and one that leaves out that step after a long pause. */
function makeRuns(now: number): object[] {
  const run = (flowId: string, beganMs: number, steps: readonly number[], pauseMs = 100): object[] =>
    steps.map((stepIndex, index) => ({
      ...STEPS[stepIndex],
      flowId,
      stepIndex,
      traceId: `trace-of-${flowId}`,
      timestamp: new Date(beganMs + index * 100 + (index === steps.length - 1 ? pauseMs : 0)).toISOString(),
      attributes: { order: { id: `A-${stepIndex}` } },
    }))
  const began = now - 60 * MINUTE
  const finished = Array.from({ length: 60 }, (_, index) => run(`checkout-${(0xa000 + index).toString(16)}`, began + index * 1_000, [0, 1, 2, 3]))
  const failing = run('checkout-fa11', began + 90_000, [0, 1, 2])
  failing.splice(2, 1, { ...failing[2], level: 'error', message: 'stock is gone', error: { type: 'OutOfStock', message: 'no mugs' } })
  return [...finished.flat(), ...failing, ...run('checkout-5c1b', began + 95_000, [0, 1, 3], 20_000)]
}

test('from the list of flows to the step where a run failed, and on to its logs and its timeline', async ({ page, server }) => {
  const shop = await createShop(server, 'Flows')
  expect((await send(server, shop.ingestKey, makeRuns(Date.now()))).status).toBe(202)
  await findEvents(server, shop.project, 'flow:checkout-*', 246, { from: '-2h' })

  await page.goto(`/p/${shop.project}/flows`)
  await expect(page.getByRole('row', { name: /^checkout/ })).toContainText('98%')
  await expect(page.getByRole('img', { name: '61 finished, 1 failed' })).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'checkout' }).click()

  const steps = page.getByRole('region', { name: 'Steps' })
  await expect(steps.getByRole('row', { name: /stock reserved/ })).toContainText('61')
  await expect(steps.getByRole('img', { name: '1 failed' })).toBeVisible()
  const runs = page.getByRole('region', { name: 'Runs' })
  await page.getByRole('button', { name: 'Older' }).click()
  await expect(page).toHaveURL(/page=2/)
  await expect(runs.getByRole('row')).toHaveCount(13)
  await runs.getByText('Failed', { exact: true }).click()
  await expect(page).toHaveURL(/state=failed$/)
  await expect(runs.getByRole('row')).toHaveCount(2)
  await expectAccessible(page)
  await runs.getByRole('link', { name: 'checkout-fa11' }).click()

  await expect(page.getByText('Its last event is an error.')).toBeVisible()
  const events = page.getByRole('list', { name: 'Events of the run' })
  await expect(events.getByRole('listitem').last()).toHaveText('Step 4 was not reached: order confirmed')
  await events.getByRole('button', { name: /stock is gone/ }).press('Enter')
  await expect(events).toContainText('OutOfStock')
  await expect(events).toContainText('order.id')
  await expectAccessible(page)
  await page.reload()
  await expect(events).toContainText('OutOfStock')
  await page.getByRole('link', { name: 'Open in Logs' }).click()
  await expect(page).toHaveURL(/q=flow:checkout-fa11/)
  await expect(page.getByText('3 events', { exact: true })).toBeVisible()
  await page.getByRole('row', { name: /stock is gone/ }).click()
  await page.getByRole('navigation', { name: 'Open what this event is part of' }).getByRole('link', { name: 'Trace' }).click()
  await expect(page).toHaveURL(/\/timeline\/trace-of-checkout-fa11$/)
  await expect(page.getByRole('heading', { name: 'trace-of-checkout-fa11' })).toBeVisible()
})

test('a run shows the steps that never came and the pauses that stand out, also on a telephone', async ({ page, server }) => {
  const shop = await createShop(server, 'Gaps')
  expect((await send(server, shop.ingestKey, makeRuns(Date.now()))).status).toBe(202)
  await findEvents(server, shop.project, 'flow:checkout-5c1b', 3, { from: '-2h' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`/p/${shop.project}/flows/run/checkout-5c1b`)
  const lines = page.getByRole('list', { name: 'Events of the run' }).getByRole('listitem')
  await expect(lines).toHaveCount(5)
  await expect(lines.nth(2)).toHaveText('Step 3 left no event')
  await expect(lines.nth(3)).toHaveText('20.1 s without an event')
  await expect(page.getByText('Reached the step with which most runs of this flow end.')).toBeVisible()
  await expectAccessible(page)
  for (const path of ['run/checkout-5c1b', 'checkout', '']) {
    await page.goto(`/p/${shop.project}/flows/${path}`)
    await expect(page.getByText(/checkout/).last()).toBeVisible()
    await expectNoSidewaysScroll(page)
  }
})

test('without flows the page says how to send one, and a run that is not there says so', async ({ page, server }) => {
  const shop = await createShop(server, 'No flows')
  await page.goto(`/p/${shop.project}/flows`)
  await expect(page.getByRole('heading', { name: 'No flow ran in the last 24 hours' })).toBeVisible()
  await expect(page.locator('pre')).toContainText('"flowId":"checkout-7f3a"')
  await expectAccessible(page)
  await page.goto(`/p/${shop.project}/flows/run/nope-1`)
  await expect(page.getByRole('heading', { name: 'There is no such run' })).toBeVisible()
  await expectAccessible(page)
})
