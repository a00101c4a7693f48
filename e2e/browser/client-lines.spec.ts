import { expect, expectAccessible, test } from './fixtures.ts'

test('a project says what to change in a program of each client, with a key that it makes', async ({ page, server }) => {
  // The project that tests share must not gain events: others count them.
  const project = await server.client.createProject({ body: { name: 'Clients' } })
  await page.goto(`/settings/projects/${project.slug}`)
  const part = page.locator('section', { has: page.getByRole('heading', { name: 'Send from a program' }) })
  await part.getByText('Lognitor', { exact: true }).click()
  await expect(part.locator('pre')).toContainText(`api_url="${server.url}/api/v1"`)
  await part.getByRole('button', { name: 'Create key for these lines' }).click()
  const key = /api_key="(lgn_\w+)"/
  await expect(part.locator('pre')).toContainText(key)
  await expectAccessible(page)
  const [, made = ''] = key.exec((await part.locator('pre').textContent()) ?? '') ?? []
  const body = JSON.stringify({ batch_id: made, logs: [{ level: 'info', message: 'from the lines', timestamp: new Date().toISOString() }] })
  const answer = await fetch(`${server.url}/api/v1/ingest`, { method: 'POST', headers: { 'x-api-key': made }, body })
  expect(await answer.json()).toMatchObject({ accepted: 1 })

  await part.getByText('TraceHub', { exact: true }).click()
  await expect(part.locator('pre')).toContainText('api_key="YOUR_KEY"')
})
