import { expect, expectAccessible, expectNoSidewaysScroll, test } from './fixtures.ts'

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true })

test('logs are read, filtered and opened on a telephone', async ({ page, project }) => {
  await page.goto(`/p/${project.slug}/logs`)
  await expect(page.getByRole('row', { name: /payment failed/ }).first()).toBeVisible()
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Filters' }).click()
  const drawer = page.getByRole('dialog', { name: 'Filters' })
  await drawer.getByRole('button', { name: /^fatal/ }).click()
  await expectAccessible(page)
  await drawer.getByRole('button', { name: 'Close the filters' }).click()
  await page.getByRole('row', { name: /the needle/ }).click()
  await expect(page.getByRole('article', { name: 'The event' })).toContainText('NeedleError')
  await expectNoSidewaysScroll(page)
})

test('what can be done with a row is in sight on a telephone', async ({ page, project }) => {
  await page.goto(`/settings/keys?project=${project.slug}`)
  await expect(page.getByRole('button', { name: 'Revoke Seed' })).toBeInViewport({ ratio: 1 })
  await expect(page.getByRole('row', { name: /Seed/ })).toContainText('ingest')
  await expectAccessible(page)
})

test('every area is reached from the bottom bar and the menu', async ({ page, project }) => {
  await page.goto(`/p/${project.slug}/logs`)
  const bar = page.getByRole('navigation', { name: 'Areas' })
  await bar.getByRole('link', { name: 'Settings' }).click()
  await expect(page).toHaveURL(/\/settings\/projects$/)
  for (const tab of ['Keys', 'System health', 'Projects']) {
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: tab }).click()
    await expect(page.getByRole('table').first()).toBeVisible()
    await expectNoSidewaysScroll(page)
  }
  await bar.getByRole('button', { name: 'Menu' }).click()
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Keyboard help' })).toBeVisible()
  await expectAccessible(page)
})
