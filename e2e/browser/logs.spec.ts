import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expect, expectAccessible, test } from './fixtures.ts'

const rows = (page: Page) => page.getByRole('row').filter({ has: page.locator('time, [role=gridcell]') })
const editor = (page: Page) => page.getByRole('textbox', { name: 'Query' })

async function search(page: Page, query: string): Promise<void> {
  await editor(page).click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(query)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Search', exact: true }).click()
}

test.beforeEach(async ({ page, project }) => {
  await page.goto(`/p/${project.slug}/logs`)
  await expect(page.getByText(`${project.count} events`, { exact: true })).toBeVisible()
})

test('finds an event by its words, shows all of it, and the address keeps the state', async ({ page }) => {
  await search(page, 'needle haystack')
  await expect(page.getByText('1 event', { exact: true })).toBeVisible()
  await expect(page).toHaveURL(/q=needle\+haystack/)
  await page.getByRole('row', { name: /the needle/ }).click()
  const detail = page.getByRole('article', { name: 'The event' })
  await expect(detail).toContainText('NeedleError: sharp')
  await expect(detail).toContainText('/srv/mailer/hay.ts:4:2')
  await expect(detail.getByText('A-needle')).toBeVisible()
  await expect(page).toHaveURL(/open=/)
  await expectAccessible(page)

  await page.reload()
  await expect(detail).toContainText('NeedleError: sharp')
  await page.goBack()
  await expect(detail).toBeHidden()
  await page.goBack()
  await expect(page).not.toHaveURL(/q=/)
})

test('a facet edits the query: include, exclude, clear', async ({ page, project }) => {
  const filters = page.getByRole('complementary', { name: 'Filters' })
  await filters.getByRole('button', { name: /^error/ }).click()
  await expect(editor(page)).toHaveText('level:error')
  await expect(page.getByText('48 events', { exact: true })).toBeVisible()
  await filters.getByRole('button', { name: /^warn/ }).click()
  await expect(editor(page)).toHaveText('level:(error OR warn)')
  await expect(page.getByText('96 events', { exact: true })).toBeVisible()
  await filters.getByRole('button', { name: 'Clear' }).click()
  await expect(page.getByText(`${project.count} events`, { exact: true })).toBeVisible()
  await filters.getByRole('button', { name: /^mailer/ }).hover()
  await filters.getByRole('button', { name: 'Exclude mailer' }).click()
  await expect(editor(page)).toHaveText('NOT service:mailer')
  await expect(page.getByText('240 events', { exact: true })).toBeVisible()
})

test('a field of an open event becomes a filter and a column', async ({ page }) => {
  await search(page, 'needle')
  await page.getByRole('row', { name: /the needle/ }).click()
  const detail = page.getByRole('article', { name: 'The event' })
  await detail.getByRole('button', { name: 'What to do with order.id' }).click()
  await page.getByRole('menuitem', { name: 'Add as a column' }).click()
  await expect(page.getByRole('columnheader', { name: /order\.id/ })).toBeVisible()
  await expect(page.getByRole('gridcell', { name: 'A-needle', exact: true })).toBeVisible()
  await detail.getByRole('button', { name: 'trace-needle' }).click()
  await expect(editor(page)).toHaveText('traceId:trace-needle')
  await expect(page.getByText('1 event', { exact: true })).toBeVisible()
})

test('brushing the histogram selects a range, and back undoes it', async ({ page, project }) => {
  const chart = page.getByRole('img', { name: /events,.*a bar/ })
  const box = await chart.boundingBox()
  if (!box) throw new Error('The chart has no size.')
  await page.mouse.move(box.x + box.width * 0.5, box.y + 40)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.75, box.y + 40, { steps: 5 })
  await page.mouse.up()
  await expect(page).toHaveURL(/from=20\d\d-.*to=20\d\d-/)
  await expect(page.getByText(`${project.count} events`, { exact: true })).toBeHidden()
  await expect(rows(page).first()).toBeVisible()
  await page.goBack()
  await expect(page.getByText(`${project.count} events`, { exact: true })).toBeVisible()
  await chart.hover()
  await page.getByRole('button', { name: 'Show the numbers' }).click()
  await expect(page.getByRole('region', { name: 'Numbers of the chart' }).getByRole('row').nth(1)).toBeVisible()
})

test('a query that cannot be read is underlined where it is wrong, and says how to mend it', async ({ page }) => {
  await search(page, 'level:error (payment')
  await expect(page.getByRole('alert')).toContainText('This ( is never closed')
  await expect(page.getByRole('alert')).toContainText('Add the )')
  await expect(page.locator('.cm-lintRange-error')).toHaveText('(')
  await expectAccessible(page)
  await search(page, 'level:error (payment)')
  await expect(page.getByText('48 events', { exact: true })).toBeVisible()
})

test('fields and values are completed while typing', async ({ page }) => {
  // The editor comes a moment after the page.
  await expect(editor(page)).toBeEditable()
  await page.keyboard.press('/')
  await expect(editor(page)).toBeFocused()
  await page.keyboard.type('serv')
  await page.getByRole('option', { name: /^service/ }).click()
  await page.keyboard.type('mai')
  await page.getByRole('option', { name: /^mailer/ }).click()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/q=service:mailer/)
  await expect(page.getByText('1 event', { exact: true })).toBeVisible()
})

test('the keyboard goes through the rows, and everything is found by the palette', async ({ page, project }) => {
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('article', { name: 'The event' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('article', { name: 'The event' })).toBeHidden()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByPlaceholder('Go to, or paste an id').fill('trace-needle-1')
  await expect(page.getByText('Everything with the id trace-needle-1')).toBeVisible()
  await page.getByPlaceholder('Go to, or paste an id').fill('health')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/settings\/health$/)
  await page.goto(`/p/${project.slug}/logs`)
})

test('a copied link shows the same later: its times are fixed', async ({ page }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy link' }).click()
  await expect(page.getByText('Link copied')).toBeVisible()
  const link = await page.evaluate<string>('navigator.clipboard.readText()')
  expect(link).toMatch(/from=20\d\d-\d\d-\d\dT.*&to=20\d\d-/)
})

test('a download holds all that matches, not only the rows that were scrolled to', async ({ page, project }) => {
  await page.getByRole('button', { name: 'Download what matches' }).click()
  await expect(page.getByText(`All ${project.count} events`, { exact: true })).toBeVisible()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'JSON lines, whole events' }).click()])
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n')
  expect(lines).toHaveLength(project.count)
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ message: 'GET /products/7 200', attributes: { order: { id: 'A-0' } } })
})

test('the live tail shows what arrives, and waits while it is paused', async ({ page, project, server }) => {
  const { send } = await import('./seed.ts')
  await page.keyboard.press('l')
  await expect(page.getByText('Live', { exact: true }).last()).toBeVisible()
  await expect(page).toHaveURL(/live=1/)
  await send(server, project.key, { message: 'first while live', level: 'info' })
  await expect(page.getByRole('row', { name: /first while live/ })).toBeVisible()
  await page.getByRole('button', { name: 'Pause' }).click()
  await send(server, project.key, [
    { message: 'second while paused', level: 'info' },
    { message: 'third while paused', level: 'warn' },
  ])
  await expect(page.getByText('Paused, 2 waiting')).toBeVisible()
  await expect(page.getByRole('row', { name: /second while paused/ })).toBeHidden()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(page.getByRole('row', { name: /third while paused/ })).toBeVisible()
})
