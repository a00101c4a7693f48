import type { Page } from '@playwright/test'
import type { RunningServer } from '../support/server.ts'
import { expect, expectAccessible, expectNoSidewaysScroll, test } from './fixtures.ts'
import { send } from './seed.ts'

const own = (line: number, contextLine: string, parts: object = {}) => ({
  function: 'chargeCard',
  file: '/srv/shop/src/charge.ts',
  line,
  column: 9,
  inApp: true,
  preContext: ['export function chargeCard(order) {'],
  contextLine,
  postContext: ['}'],
  ...parts,
})
const library = (name: string, parts: object = {}) => ({
  file: `/srv/shop/node_modules/${name}/index.js`,
  line: 7,
  column: 1,
  inApp: false,
  ...parts,
})
const stack =
  'PaymentError: not paid\n    at chargeCard (/srv/shop/src/charge.ts:12:9)\nCaused by: TypeError: no card\n    at readCard (/srv/shop/src/card.ts:3:1)'

/** As the Node SDK sends an error with a cause, hostile texts among them. */
const errorOf = (message: string) => ({
  level: 'error',
  message,
  error: { type: 'PaymentError', message: 'not <img src=x onerror="document.title=1"> paid', stack },
  detail: {
    frames: [
      own(12, '  throw new PaymentError(order)'),
      library('express', { function: 'handle' }),
      library('router'),
      own(80, '  app.listen(3000) // <script>document.title = 1</script>', { function: 'listen', file: '/srv/shop/src/main.ts' }),
      own(3, '  return customer.card.last4', { function: 'readCard', file: '/srv/shop/src/card.ts', cause: 1 }),
    ],
    causes: [{ relation: 'cause', type: 'TypeError', message: 'no card', code: 'E_CARD' }],
    breadcrumbs: [
      { timestamp: Date.now() - 1_500, category: 'http', message: 'GET https://bank.example/cards', level: 'info', data: { status: 404 } },
    ],
  },
})

/** Sends it to a project of its own: others count theirs. */
async function openError(page: Page, server: RunningServer, name: string) {
  const project = await server.client.createProject({ body: { name } })
  const { key } = await server.client.createKey({ body: { project: project.id, scope: 'ingest', name: 'Errors' } })
  await send(server, key, errorOf('checkout failed'))
  const row = page.getByRole('row', { name: /checkout failed/ })
  await expect(async () => {
    await page.goto(`/p/${project.slug}/logs`)
    await expect(row).toBeVisible({ timeout: 2_000 })
  }).toPass()
  await row.click()
  return page.getByRole('region', { name: 'Error' })
}

test('an error shows where in the own code it happened, and what it was caused by', async ({ page, server }) => {
  const error = await openError(page, server, 'Orchard')
  await expect(error.getByRole('heading', { name: 'PaymentError' })).toBeVisible()
  await expect(error).toContainText('not <img src=x onerror="document.title=1"> paid')

  // The lines around the place where it began are open, of its callers only the line that calls.
  const began = error.getByRole('button', { name: /^chargeCard.*charge\.ts:12:9/ })
  await expect(began).toHaveAttribute('aria-expanded', 'true')
  await expect(error.getByText('12 throw new PaymentError(order)')).toBeVisible()
  await expect(error.getByText('export function chargeCard(order) {')).toHaveCount(2)
  const caller = error.getByRole('button', { name: /^listen/ })
  await expect(error.getByText('app.listen(3000)')).toBeVisible()
  await caller.focus()
  await page.keyboard.press('Enter')
  await expect(error.getByText('export function chargeCard(order) {')).toHaveCount(3)

  const folded = error.getByRole('button', { name: '2 frames of express and router' })
  await expect(error.getByText('express/index.js:7:1')).toBeHidden()
  await folded.click()
  await expect(error.getByText('express/index.js:7:1')).toBeVisible()

  await expect(error.getByRole('heading', { name: 'Caused by TypeError' })).toBeVisible()
  await expect(error.getByText('E_CARD')).toBeVisible()
  await expect(error.getByText('return customer.card.last4')).toBeVisible()

  const crumbs = page.getByRole('region', { name: 'Breadcrumbs' })
  await expect(crumbs.getByRole('listitem')).toContainText(/−1\.\d s.*http.*GET https:\/\/bank\.example\/cards status 404/)
  await expect(page.getByRole('heading', { name: 'More' })).toBeHidden()
  await expectAccessible(page)
  expect(await page.title()).not.toBe('1')
})

test('the stack of an error is read and copied as text', async ({ page, server }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const error = await openError(page, server, 'Meadow')
  await error.getByText('Text', { exact: true }).click()
  await expect(error.getByText('at readCard (/srv/shop/src/card.ts:3:1)')).toBeVisible()
  await expect(error.getByRole('button', { name: /^chargeCard/ })).toBeHidden()
  await error.getByRole('button', { name: 'Copy stack' }).click()
  await expect(error.getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(stack)
})

test.describe('on a telephone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true })

  test('long lines of code scroll inside their box', async ({ page, server }) => {
    const error = await openError(page, server, 'Willow')
    await expect(error.getByText('return customer.card.last4')).toBeVisible()
    await expectNoSidewaysScroll(page)
    await expectAccessible(page)
  })
})
