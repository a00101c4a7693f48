import { createShop, findEvents } from '../support/events.ts'
import { expect, expectAccessible, expectNoSidewaysScroll, test } from './fixtures.ts'
import { send } from './seed.ts'

const ID = '4bf92f3577b34da6a3ce929d0e0e4736'

/** One trace across services and kinds, with a pause of half a minute, and a user with more events than a page holds. */
function makeEvents(began: number): object[] {
  const at = (ms: number, parts: object) => ({ traceId: ID, userId: 'user-4711', timestamp: new Date(began + ms).toISOString(), ...parts })
  return [
    at(100, { message: 'order received', service: 'web' }),
    at(150, { message: 'stock looked up', service: 'warehouse', level: 'debug' }),
    at(200, { kind: 'audit', message: 'voucher applied', service: 'web' }),
    at(900, {
      kind: 'request',
      message: 'POST /orders 500',
      service: 'web',
      level: 'error',
      requestId: 'req-77aa',
      request: { method: 'POST', route: '/orders', status: 500, durationMs: 900 },
    }),
    at(30_900, { kind: 'feedback', message: 'It ate my order', service: 'web' }),
    ...Array.from({ length: 340 }, (_, index) => ({
      userId: 'user-4711',
      message: `click ${index}`,
      timestamp: new Date(began + 60_000 + index).toISOString(),
    })),
  ]
}

test('a pasted id opens everything that carries it, in order, by kind, with pauses and durations', async ({ page, server }) => {
  const shop = await createShop(server, 'Timeline')
  expect((await send(server, shop.ingestKey, makeEvents(Date.now() - 600_000))).status).toBe(202)
  await findEvents(server, shop.project, 'user:user-4711', 345)

  await page.goto(`/p/${shop.project}/logs`)
  await expect(page.getByRole('row', { name: /click 339/ })).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.getByPlaceholder('Go to, or paste an id').fill(ID)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`/p/${shop.project}/timeline/${ID}$`))
  const lines = page.getByRole('list', { name: 'Events in order' }).getByRole('listitem')
  await expect(lines).toHaveCount(6)
  await expect(lines.nth(0)).toContainText('order received')
  await expect(lines.nth(3)).toContainText('900 ms')
  await expect(page.getByRole('img', { name: 'Bars show the time from −100 ms to +30.8 s, to scale' })).toBeVisible()
  await expect(lines.nth(4)).toHaveText('30 s without an event')
  await expectAccessible(page)

  await page.getByRole('button', { name: 'request 1' }).click()
  await expect(page).toHaveURL(/kind=request$/)
  await expect(lines).toHaveCount(1)
  await lines.getByRole('link').click()
  await expect(page).toHaveURL(/\/timeline\/req-77aa$/)
  await lines.getByRole('link').click()
  await expect(page.getByRole('article', { name: 'The event' })).toContainText('POST /orders 500')

  await page.goto(`/timeline/${ID}`)
  await expect(page).toHaveURL(new RegExp(`/p/${shop.project}/timeline/${ID}$`))
  await page.getByRole('navigation', { name: 'Related' }).getByRole('link', { name: 'user-4711' }).click()
  await expect(page.getByText('300 of 345 events')).toBeVisible()
  await page.getByRole('button', { name: 'Show the next' }).click()
  await expect(page.getByText('That is all: 345 events')).toBeVisible()
  await expect(lines.last()).toContainText('click 339')
})

test('an id that nothing carries says so, and a timeline fits a telephone', async ({ page, server }) => {
  const shop = await createShop(server, 'Small timeline')
  await page.goto(`/p/${shop.project}/timeline/nothing-1`)
  await expect(page.getByRole('heading', { name: 'Nothing carries this id' })).toBeVisible()
  await expectAccessible(page)
  expect((await send(server, shop.ingestKey, makeEvents(Date.now() - 600_000))).status).toBe(202)
  await findEvents(server, shop.project, `trace:${ID}`, 5)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`/p/${shop.project}/timeline/${ID}`)
  await expect(page.getByRole('list', { name: 'Events in order' })).toContainText('It ate my order')
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
})

test('an id without a project leads to the project that has it, or asks which of several', async ({ page, server }) => {
  const [one, other] = [await createShop(server, 'First of two'), await createShop(server, 'Second of two')]
  const event = (parts: object) => ({ message: 'here', timestamp: new Date().toISOString(), ...parts })
  expect((await send(server, one.ingestKey, [event({ traceId: 'only-one', userId: 'in-both' })])).status).toBe(202)
  expect((await send(server, other.ingestKey, [event({ userId: 'in-both' })])).status).toBe(202)
  for (const { project } of [one, other]) await findEvents(server, project, 'user:in-both', 1)

  await page.goto(`/p/${other.project}/logs`)
  await expect(page.getByRole('row', { name: /here/ })).toBeVisible()
  await page.goto('/timeline/only-one')
  await expect(page).toHaveURL(new RegExp(`/p/${one.project}/timeline/only-one$`))
  await page.goto('/timeline/in-both')
  const choice = page.getByRole('list', { name: 'Projects' })
  await expect(choice.getByRole('link')).toHaveCount(2)
  await expectAccessible(page)
  await choice.getByRole('link', { name: 'Second of two' }).click()
  await expect(page).toHaveURL(new RegExp(`/p/${other.project}/timeline/in-both$`))
  await page.goto(`/p/${other.project}/timeline/only-one`)
  await choice.getByRole('link', { name: 'First of two' }).click()
  await expect(page.getByRole('list', { name: 'Events in order' })).toContainText('here')
})
