import { test as base } from '@playwright/test'
import { type RunningClickHouse, startClickHouse } from '../support/clickhouse.ts'
import { createShop, findEvents } from '../support/events.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { expect, expectAccessible, signIn, watch } from './fixtures.ts'
import { send } from './seed.ts'

const test = base.extend<object, { engine: RunningClickHouse; own: RunningServer }>({
  engine: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures a function needs from this pattern.
    async ({}, use) => {
      const engine = await startClickHouse()
      await use(engine)
      await engine.stop()
    },
    { scope: 'worker' },
  ],
  own: [
    async ({ engine }, use) => {
      const server = await startServer({ env: { HEARTWOOD_CLICKHOUSE_URL: engine.url } })
      await use(server)
      await server.stop()
    },
    { scope: 'worker' },
  ],
})

test('a batch that the engine refuses is looked into, and stored once the reason is gone', async ({ page, own, engine }) => {
  const problems = watch(page)
  const shop = await createShop(own)
  // The engine finds a text where it wants a number: a fault that the same batch meets however often it is tried.
  await engine.run("ALTER TABLE events ADD CONSTRAINT no_poison CHECK if(message = 'poisoned', toUInt8(message) = 1, 1)")
  const batch = [
    { message: 'poisoned', level: 'error', service: 'mailer', attributes: { order: { id: 'A-7' } } },
    { message: 'beside it', service: 'mailer' },
  ]
  expect((await send(own, shop.ingestKey, batch)).status).toBe(202)
  await signIn(page, own)
  await page.goto(`${own.url}/settings/health`)
  const letter = page.getByRole('row', { name: /engine-failed/ })
  await expect(letter).toContainText('native', { timeout: 30_000 })
  await expect(letter).toContainText(/Cannot parse string 'poisoned'/)
  await expectAccessible(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByRole('heading', { name: 'Dead letters' }).scrollIntoViewIfNeeded()
  await letter.getByRole('button', { name: 'Inspect' }).scrollIntoViewIfNeeded()
  await expect(letter.getByRole('button', { name: 'Replay' })).toBeInViewport({ ratio: 1 })
  await letter.getByRole('button', { name: 'Inspect' }).click()
  const dialog = page.getByRole('dialog', { name: 'Dead letter' })
  await expect(dialog).toContainText('"message": "poisoned"')
  await expect(dialog).toContainText('"id": "A-7"')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Close' }).click()

  await engine.run('ALTER TABLE events DROP CONSTRAINT no_poison')
  await letter.getByRole('button', { name: 'Replay' }).click()
  await expect(page.getByText('2 events queued again')).toBeVisible()
  await expect(letter).toBeHidden()
  expect(await findEvents(own, shop.project, 'service:mailer', 2)).toHaveLength(2)
  expect(problems()).toEqual([])
})
