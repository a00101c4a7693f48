// A hybrid Nest app: routes, and messages over TCP whose handlers throw.
import 'reflect-metadata'
import { flush, init } from '@heartwood/node'
import { heartwoodNestLogger, setupNest } from '@heartwood/node/nestjs'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ClientProxyFactory, EventPattern, MessagePattern, RpcException, Transport } from '@nestjs/microservices'

class Orders {
  list() {
    return []
  }
  sum(numbers) {
    return numbers.reduce((a, b) => a + b)
  }
  async broken() {
    throw new TypeError('no database')
  }
  refused() {
    throw new RpcException('no such order')
  }
  shipped() {
    throw new RangeError('no such parcel')
  }
}
const route = (decorate, name) => decorate(Orders.prototype, name, Object.getOwnPropertyDescriptor(Orders.prototype, name))
route(Get('orders'), 'list')
route(MessagePattern('sum'), 'sum')
route(MessagePattern('broken'), 'broken')
route(MessagePattern('refused'), 'refused')
route(EventPattern('shipped'), 'shipped')
Controller()(Orders)
class AppModule {}
Module({ controllers: [Orders] })(AppModule)

init({ service: 'shop' })
const app = await NestFactory.create(AppModule, process.argv[2] === 'logger' ? { logger: heartwoodNestLogger() } : { logger: false })
setupNest(app)
const microservice = app.connectMicroservice({ transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } })
await app.startAllMicroservices()
await app.listen(0, '127.0.0.1')
await fetch(`http://127.0.0.1:${app.getHttpServer().address().port}/orders`)
const { port } = microservice.unwrap().address()
const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } })
const answer = (pattern, data) => new Promise((next) => client.send(pattern, data).subscribe({ next, error: ({ message }) => next(message) }))
client.emit('shipped', {}).subscribe()
console.log(`ANSWERS ${JSON.stringify([await answer('sum', [1, 2]), await answer('broken', {}), await answer('refused', {})])}`)
client.close()
await app.close()
await flush()
