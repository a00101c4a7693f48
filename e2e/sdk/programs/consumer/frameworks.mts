// The SDK's structural types against the real ones of libraries that it never imports. It is compiled, not run.
import { init } from '@heartwood/node'
import { heartwoodNestLogger, setupNest } from '@heartwood/node/nestjs'
import { onRequestError, registerHeartwood, withHeartwood, withHeartwoodAction } from '@heartwood/node/nextjs'
import { HeartwoodLogRecordExporter, openTelemetry } from '@heartwood/node/opentelemetry'
import { ConsoleLogger, type LoggerService } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import * as api from '@opentelemetry/api'
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import type { Instrumentation } from 'next'
import { type NextRequest, NextResponse } from 'next/server.js'

class AppModule {}
const logger: LoggerService = heartwoodNestLogger({ also: new ConsoleLogger() })
const app = await NestFactory.create(AppModule, { logger })
setupNest(app, { ignore: ['/health', /^\/x/] })
setupNest(await NestFactory.create<NestExpressApplication>(AppModule))
setupNest(await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter()))

export const hook: Instrumentation.onRequestError = onRequestError
export const register = (): void => registerHeartwood({ service: 'shop' })
export const GET: (request: NextRequest, context: { params: Promise<{ id: string }> }) => Promise<Response> = withHeartwood(
  async (request: NextRequest, { params }: { params: Promise<{ id: string }> }) =>
    NextResponse.json({ id: (await params).id, path: request.nextUrl.pathname }),
  { route: '/a/[id]' },
)
export const POST: (request: NextRequest) => Promise<Response> = withHeartwood(() => new Response('x'))
export const placeOrder: (form: FormData) => Promise<{ ok: boolean }> = withHeartwoodAction('placeOrder', async (form: FormData) => ({
  ok: form.has('item'),
}))

const exporter: LogRecordExporter = new HeartwoodLogRecordExporter()
new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter }), new SimpleLogRecordProcessor({ exporter })] })
init({ integrations: (defaults) => [...defaults, openTelemetry({ api })] })
