import { expect, expectAccessible, test } from './fixtures.ts'
import { send } from './seed.ts'

test('a key is shown once, works, and stops when it is revoked', async ({ page, project, server }) => {
  await page.goto(`/settings/keys?project=${project.slug}`)
  await page.getByRole('button', { name: 'Create key' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Laptop')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Create key' }).click()
  const key = (await dialog.locator('pre').textContent()) ?? ''
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Done' }).click()
  expect((await send(server, key, { message: 'from the laptop' })).status).toBe(202)
  await expect(page.getByText(key)).toBeHidden()

  await page.getByRole('button', { name: 'Revoke Laptop' }).click()
  const confirm = page.getByRole('dialog')
  await expect(confirm.getByRole('button', { name: 'Revoke key' })).toBeDisabled()
  await confirm.getByLabel('Type “Laptop” to confirm').fill('Laptop')
  await confirm.getByRole('button', { name: 'Revoke key' }).click()
  await expect(page.getByRole('row', { name: /Laptop/ })).toContainText('revoked')
  expect((await send(server, key, { message: 'too late' })).status).toBe(401)
  await expectAccessible(page)
})

test('a project is renamed, its redaction tried and saved, and it is deleted by its name', async ({ page, server }) => {
  await server.client.createProject({ body: { name: 'Short-lived' } })
  await page.goto('/settings/projects')
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Short-lived' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Short lived')
  await page.getByRole('button', { name: 'Save' }).first().click()
  await expect(page.getByText('Project saved')).toBeVisible()
  await page.getByLabel('Patterns').fill('\\d{16}')
  await page.getByLabel('Try it').fill('card 4111111111111111')
  await expect(page.getByText('card [redacted]')).toBeVisible()
  await page.getByRole('button', { name: 'Save' }).last().click()
  await expect(page.getByText('Redaction saved')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Delete project' }).click()
  await page.getByLabel('Type “Short lived” to confirm').fill('Short lived')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete project' }).click()
  await expect(page).toHaveURL(/\/settings\/projects$/)
  await expect(page.getByRole('link', { name: 'Short lived' })).toBeHidden()
})

test('system health shows the parts and a ledger that balances', async ({ page, project }) => {
  await page.goto('/settings/health')
  await expect(page.getByRole('table').first()).toContainText('works')
  await expect(page.getByText('Every event is accounted for.')).toBeVisible()
  await expect(page.getByRole('row', { name: new RegExp(`${project.name}.*native`) }).first()).toBeVisible()
  await expectAccessible(page)
})
