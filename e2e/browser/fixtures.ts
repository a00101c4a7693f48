import { AxeBuilder } from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'
import { owner, type RunningServer, startServer } from '../support/server.ts'
import { type SeededProject, seedProject } from './seed.ts'

interface WorkerFixtures {
  /** A server with an owner and a project full of events, shared by the tests of a file. */
  server: RunningServer
  project: SeededProject
  cookies: { name: string; value: string; domain: string; path: string }[]
}

interface TestFixtures {
  /** A page where the owner is signed in. */
  page: Page
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures a function needs from this pattern.
    async ({}, use) => {
      const server = await startServer()
      await use(server)
      await server.stop()
    },
    { scope: 'worker' },
  ],
  project: [async ({ server }, use) => use(await seedProject(server, 'Shop')), { scope: 'worker' }],
  cookies: [
    async ({ server, browser }, use) => {
      const context = await browser.newContext()
      await signIn(await context.newPage(), server)
      const cookies = await context.cookies()
      await context.close()
      await use(cookies)
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  page: async ({ page, cookies }, use) => {
    await page.context().addCookies(cookies)
    const problems = watch(page)
    await use(page)
    expect(problems(), 'what the page complained about').toEqual([])
  },
})

/** As the owner. */
export async function signIn(page: Page, server: Pick<RunningServer, 'url'>): Promise<void> {
  await page.goto(`${server.url}/sign-in`)
  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByLabel('Password', { exact: true }).fill(owner.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
}

/** Collects uncaught errors and refusals by the content policy. */
export function watch(page: Page): () => string[] {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) problems.push(message.text())
  })
  return () => problems
}

/** Nothing that axe knows to be wrong is on the page, in light and in dark. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page }).analyze()
    const found = violations.flatMap(({ id, impact, nodes }) =>
      nodes.map((node) => `${colorScheme} ${impact} ${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
    )
    expect(found).toEqual([])
  }
}

/** The page and its body stay where they are; tables and code may scroll within. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  expect(await page.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true)
  expect(
    await page.evaluate<boolean>("[...document.querySelectorAll('main > div > div')].every((part) => part.scrollWidth <= part.clientWidth)"),
  ).toBe(true)
}

export { expect }
