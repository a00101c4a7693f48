import { fastify } from 'fastify'
import { describe, expect, it } from 'vitest'
import { registerErrors } from './errors.ts'
import { registerJsonBody } from './json-body.ts'

describe('bodies of the API', () => {
  it('may be empty under a content type of JSON, and are refused when they are no JSON or too large', async () => {
    const app = fastify({ bodyLimit: 100 })
    registerErrors(app)
    registerJsonBody(app)
    app.delete('/', async (request) => ({ body: request.body ?? 'none' }))
    const send = (payload: string) => app.inject({ method: 'DELETE', url: '/', payload, headers: { 'content-type': 'application/json' } })
    expect((await send('')).json()).toEqual({ body: 'none' })
    expect((await send('{"a":1}')).json()).toEqual({ body: { a: 1 } })
    expect((await send('{"a":')).json()).toMatchObject({ error: { code: 'body-invalid' } })
    expect((await send('{"__proto__":{}}')).json()).toMatchObject({ error: { code: 'body-invalid' } })
    const large = await send(`"${'x'.repeat(200)}"`)
    expect(large.statusCode).toBe(413)
    expect(large.json()).toMatchObject({ error: { code: 'body-too-large', message: expect.not.stringContaining('32 MiB') } })
  })
})
