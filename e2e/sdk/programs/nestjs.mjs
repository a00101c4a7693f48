// A Nest app, asked the same things twice: with the SDK and without. Usage: nestjs.mjs express|fastify
import 'reflect-metadata'
import { flush, info, init, setUser } from '@heartwood/node'
import { heartwoodNestLogger, setupNest } from '@heartwood/node/nestjs'
import {
  BadGatewayException,
  Body,
  Catch,
  ConsoleLogger,
  Controller,
  Get,
  Injectable,
  Logger,
  Module,
  NotFoundException,
  Param,
  Post,
  Redirect,
  UseFilters,
  UseGuards,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'

const platform = process.argv[2]
const create = async (options) =>
  platform === 'fastify'
    ? NestFactory.create(AppModule, new (await import('@nestjs/platform-fastify')).FastifyAdapter(), options)
    : NestFactory.create(AppModule, options)

class Conflict extends Error {}
class Quiet extends Error {}

class ConflictFilter {
  catch(_exception, host) {
    const response = host.switchToHttp().getResponse()
    response.status(409).send({ conflict: true })
  }
}
Catch(Conflict)(ConflictFilter)

class SlowFilter {
  async catch(exception, host) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    host
      .switchToHttp()
      .getResponse()
      .status(exception instanceof Quiet ? 404 : 503)
      .send('later')
  }
}
Catch()(SlowFilter)

class BrokenGuard {
  canActivate() {
    throw new RangeError('guard broke')
  }
}

class Orders {
  logger = new Logger('Orders')
  place(body) {
    this.logger.log('order placed', { item: body.item })
    return body
  }
  async broken() {
    await null
    throw new TypeError('no database')
  }
  missing() {
    throw new NotFoundException('no such order')
  }
  upstream() {
    throw new BadGatewayException('upstream is gone')
  }
  guarded() {}
  conflict() {
    throw new Conflict('twice')
  }
  slow() {
    throw new Error('slow trouble')
  }
  quiet() {
    throw new Quiet('nothing to see')
  }
  away() {}
  async read(id) {
    setUser({ id: `user-${id}` })
    await new Promise((resolve) => setTimeout(resolve, 2))
    info('order read', { id })
    return { id }
  }
}

const route = (decorate, name, ...others) => {
  const descriptor = Object.getOwnPropertyDescriptor(Orders.prototype, name)
  for (const decorator of [decorate, ...others]) decorator(Orders.prototype, name, descriptor)
}
route(Get('broken'), 'broken')
route(Get('missing'), 'missing')
route(Get('upstream'), 'upstream')
route(Get('guarded'), 'guarded', UseGuards(BrokenGuard))
route(Get('conflict'), 'conflict', UseFilters(ConflictFilter))
route(Get('slow'), 'slow', UseFilters(SlowFilter))
route(Get('quiet'), 'quiet', UseFilters(SlowFilter))
route(Get('away'), 'away', Redirect('/elsewhere', 302))
route(Get(':id'), 'read')
route(Post(), 'place')
Param('id')(Orders.prototype, 'read', 0)
Body()(Orders.prototype, 'place', 0)
Controller('orders')(Orders)

class Stamp {
  use(_request, response, next) {
    info('in a middleware')
    response.setHeader('x-stamp', '1')
    next()
  }
}
Injectable()(Stamp)

class AppModule {
  configure(consumer) {
    consumer.apply(Stamp).forRoutes(Orders)
  }
}
Module({ controllers: [Orders], providers: [Stamp] })(AppModule)

const REQUESTS = [
  ['GET', '/api/orders/7?secret=1'],
  ['POST', '/api/orders', { item: 'tea' }],
  ['GET', '/api/orders/broken'],
  ['GET', '/api/orders/missing'],
  ['GET', '/api/orders/upstream'],
  ['GET', '/api/orders/guarded'],
  ['GET', '/api/orders/conflict'],
  ['GET', '/api/orders/slow'],
  ['GET', '/api/orders/quiet'],
  ['GET', '/api/orders/away'],
  ['GET', '/api/nowhere'],
  ['GET', '/health'],
]

const answers = async (name, logger, prepare) => {
  const app = await create({ logger })
  app.setGlobalPrefix('api')
  prepare(app)
  await app.listen(0, '127.0.0.1')
  const { port } = app.getHttpServer().address()
  for (const [method, path, body] of REQUESTS) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      redirect: 'manual',
      headers: { 'x-request-id': `${method} ${path}`.replace(/\W+/g, '-'), ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await answer.text()
    const traced = answer.headers.has('x-trace-id')
    const headers = [...answer.headers].filter(([name]) => !/^(?:date|x-trace-id|x-request-id|keep-alive|connection|etag)$/.test(name))
    console.log(`ANSWER ${JSON.stringify({ name, method, path, status: answer.status, text, headers, traced })}`)
  }
  await app.close()
}

await answers('plain', false, () => {})
init({ flushInterval: 50 })
await answers('watched', heartwoodNestLogger({ also: new ConsoleLogger() }), (app) => setupNest(app, { ignore: ['/health'] }))
await flush()
