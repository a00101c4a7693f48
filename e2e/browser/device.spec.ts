import { expect, expectAccessible, test } from './fixtures.ts'

test('a person lets a command line tool read a project by the code that it shows', async ({ page, server, project }) => {
  const call = async (path: string, body: string) => {
    const answer = await fetch(`${server.url}/v1/auth/device${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    return (await answer.json()) as { device_code: string; user_code: string; verification_uri: string; access_token?: string; error?: string }
  }
  const login = await call('', '')
  const redeem = () => call('/token', JSON.stringify({ device_code: login.device_code }))

  await page.goto(`${login.verification_uri}?code=${login.user_code}`)
  await expect(page.getByText(login.user_code, { exact: true })).toBeVisible()
  await expectAccessible(page)
  expect((await redeem()).error).toBe('authorization_pending')
  await page.getByLabel('Project that it may read').selectOption({ label: project.name })
  await page.getByRole('button', { name: 'Approve' }).click()
  await expect(page.getByRole('heading', { name: 'The tool is logged in' })).toBeVisible()

  const { access_token } = await redeem()
  const headers = { authorization: `Bearer ${access_token}` }
  expect(await (await fetch(`${server.url}/v1/whoami`, { headers })).json()).toEqual({ workspaceName: project.name })
  expect((await fetch(`${server.url}/v1/logs`, { method: 'POST', headers, body: '{"logs":[{"message":"m"}]}' })).status).toBe(403)
  expect((await redeem()).error).toBe('expired_token')
})

test('a mistyped code says so and can be typed again, and a login can be denied', async ({ page, server }) => {
  const answer = await fetch(`${server.url}/v1/auth/device`, { method: 'POST' })
  const { user_code, device_code } = (await answer.json()) as { user_code: string; device_code: string }
  await page.goto(`${server.url}/device?code=XXXX-0000`)
  await expect(page.getByRole('alert')).toBeVisible()
  await page.getByLabel('Code').fill(user_code.toLowerCase().replace('-', ' '))
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Deny' }).click()
  await expect(page.getByRole('heading', { name: 'The login was denied' })).toBeVisible()
  const denied = await fetch(`${server.url}/v1/auth/device/token`, { method: 'POST', body: JSON.stringify({ device_code }) })
  expect(await denied.json()).toMatchObject({ error: 'access_denied' })
})
