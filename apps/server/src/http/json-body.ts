import type { FastifyInstance } from 'fastify'

/** Routes of the API take JSON; an empty body under its content type, as many clients send it with DELETE, counts as none. */
export function registerJsonBody(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (String(body).trim() === '') done(null, undefined)
    else parse(request, String(body), done)
  })
}
