import { test as base } from '@playwright/test'
import { type RunningServer, startServer } from '../support/server.ts'
import { expect, expectAccessible, watch } from './fixtures.ts'
import { send } from './seed.ts'

const test = base.extend<object, { fresh: RunningServer }>({
  fresh: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures a function needs from this pattern.
    async ({}, use) => {
      const server = await startServer({ withOwner: false })
      await use(server)
      await server.stop()
    },
    { scope: 'worker' },
  ],
})

test('a newcomer claims the server, creates a project, sends the copied line and sees the event arrive', async ({ page, fresh }) => {
  const problems = watch(page)
  await page.goto(fresh.url)
  await expect(page.getByRole('heading', { name: 'This Heartwood waits for its owner' })).toBeVisible()
  await expectAccessible(page)

  const link = /\S+\/claim\?token=\S+/.exec(fresh.output())?.[0]
  expect(link, 'the one-time link that the server printed').toBeDefined()
  await page.goto(link ?? '')
  await page.getByLabel('Your name').fill('Ann')
  await page.getByLabel('E-mail').fill('ann@example.org')
  await page.getByLabel('Password', { exact: true }).fill('short')
  await page.getByRole('button', { name: 'Create the owner' }).click()
  await expect(page.getByText('That is 5 characters; it needs 10.')).toBeVisible()
  await expectAccessible(page)
  await page.getByLabel('Password', { exact: true }).fill('growth rings tell the years')
  await page.getByRole('button', { name: 'Create the owner' }).click()

  await expect(page.getByRole('heading', { name: 'Welcome' })).toBeVisible()
  await expectAccessible(page)
  await page.getByLabel('Name of the project').fill('Web shop')
  await page.getByRole('button', { name: 'Create project' }).click()

  await page.getByRole('button', { name: 'Create key' }).click()
  const line = page.locator('pre', { hasText: 'curl -X POST' })
  await expect(line).toContainText(`${fresh.url}/ingest`)
  await expect(page.getByText('Waiting for the first event')).toBeVisible()
  await expectAccessible(page)

  const key = /Bearer ([^']+)/.exec((await line.textContent()) ?? '')?.[1] ?? ''
  const answer = await send(fresh, key, { level: 'info', service: 'my-app', message: 'Hello from curl' })
  expect(answer.status).toBe(202)
  await expect(page.getByText('It is here')).toBeVisible()
  await page.getByRole('button', { name: 'See it in Logs' }).click()
  await expect(page.getByRole('row', { name: /Hello from curl/ })).toBeVisible()
  expect(problems()).toEqual([])
})
