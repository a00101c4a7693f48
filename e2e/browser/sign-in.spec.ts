import { owner } from '../support/server.ts'
import { expect, expectAccessible, test } from './fixtures.ts'

test('someone who is not signed in comes back to where they wanted to go', async ({ page, server }) => {
  await page.context().clearCookies()
  await page.goto(`${server.url}/settings/health`)
  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert')).toContainText(/password/i)
  await expectAccessible(page)
  await page.getByLabel('Password', { exact: true }).fill(owner.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(/\/settings\/health$/)
  await expect(page.getByRole('heading', { name: 'Loss ledger' })).toBeVisible()
})
