import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unixMs } from '@heartwood/protocol'
import { createApp } from './app.ts'
import { createAttemptLimits } from './auth/attempt-limits.ts'
import { createAuth } from './auth/create-auth.ts'
import { createLocalToken } from './auth/local-token.ts'
import type { People } from './auth/people.ts'
import { resolveProject } from './auth/resolve-project.ts'
import { createDeviceLogins } from './compat/timberlogs/device-logins.ts'
import { registerDeviceApproval } from './compat/timberlogs/device-routes.ts'
import { createTimberlogsReading } from './compat/timberlogs/reading.ts'
import { registerTimberlogs } from './compat/timberlogs/routes.ts'
import { createTokens } from './compat/timberlogs/tokens.ts'
import { createTraceHubReading } from './compat/tracehub/reading.ts'
import { registerTraceHub } from './compat/tracehub/routes.ts'
import { createSignIn } from './compat/tracehub/sign-in.ts'
import type { Config } from './config.ts'
import type { DecodeWorkerData } from './decode-worker.ts'
import { registerFlows } from './features/flows/routes.ts'
import { createFlows } from './features/flows/service.ts'
import { registerIssues } from './features/issues/routes.ts'
import { createIssues } from './features/issues/service.ts'
import { registerLogs } from './features/logs/routes.ts'
import { createLogs } from './features/logs/service.ts'
import { createTailHub } from './features/logs/tail-hub.ts'
import { registerPeople } from './features/people/routes.ts'
import { createKeys } from './features/projects/keys.ts'
import { createProjects } from './features/projects/projects.ts'
import { registerProjects } from './features/projects/routes.ts'
import { registerReports } from './features/reports/routes.ts'
import { createReports } from './features/reports/service.ts'
import { registerRequests } from './features/requests/routes.ts'
import { createRequests } from './features/requests/service.ts'
import { registerSystem } from './features/system/routes.ts'
import { createSystemService } from './features/system/service.ts'
import { registerTimeline } from './features/timeline/routes.ts'
import { createTimeline } from './features/timeline/service.ts'
import type { Caller } from './http/caller.ts'
import { listen, whyNotListen } from './http/listen.ts'
import { createDecodeThread } from './ingest/decode-thread.ts'
import { withoutDeletedProjects } from './ingest/deleted-projects.ts'
import { createEventWriter, type EventWriter } from './ingest/event-writer.ts'
import { createIngest } from './ingest/ingest.ts'
import { createLedger } from './ingest/ledger.ts'
import { checkPattern } from './pipeline/check-pattern.ts'
import { createLogQueue } from './queue/log/log-queue.ts'
import type { Queue } from './queue/queue.ts'
import { registerApiV1 } from './receivers/api-v1/routes.ts'
import { isLognitorBatch } from './receivers/lognitor/recognise.ts'
import { registerLognitor } from './receivers/lognitor/routes.ts'
import { createLognitor, LOGS_DOOR, lognitorError } from './receivers/lognitor/take.ts'
import { registerNativeReceiver } from './receivers/native/routes.ts'
import { createOrphans } from './receivers/orphans.ts'
import { registerRawReceiver } from './receivers/raw/routes.ts'
import { accountOf } from './receivers/refusals.ts'
import { createSyslogReceiver } from './receivers/syslog/syslog-receiver.ts'
import { registerTimberlogsReceiver } from './receivers/timberlogs/routes.ts'
import { takeTraceHub, traceHubError } from './receivers/tracehub/take.ts'
import { insistOnRoom, prepareDataFolder } from './self/data-folder.ts'
import { createRoomToQueue } from './self/disk-room.ts'
import { lockFolder, wasUsed } from './self/folder-lock.ts'
import type { Lifetime } from './self/lifetime.ts'
import type { Logger } from './self/logger.ts'
import { createMetrics } from './self/metrics.ts'
import { createStepTimes } from './self/step-times.ts'
import { createBlockThread } from './store/events/block/block-thread.ts'
import { createChdbEventStore } from './store/events/chdb/chdb-event-store.ts'
import type { EventStore } from './store/events/event-store.ts'
import { createRemoteEventStore } from './store/events/remote/remote-event-store.ts'
import { createScratch } from './store/events/scratch.ts'
import type { MetaStore } from './store/meta/meta-store.ts'
import { createPostgresMetaStore } from './store/meta/postgres.ts'
import { createSqliteMetaStore } from './store/meta/sqlite.ts'
import { threadUrl } from './threads.ts'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

/** Requests under way may end within this time; a client that does not read its answer is not waited for. */
const ANSWERS_MS = 3_000
/** What is not stored within this time stays in the queue for the next start. */
const DRAIN_MS = 6_000
const MAINTENANCE_MS = 2_000
const CONSOLIDATE_MS = 5_000
const RESUME_MS = 60_000

/**
 * Puts the parts together, takes events and says so on stdout. What was begun ends with `lifetime`, also when this throws.
 * @returns the address that it listens on.
 */
export async function compose(config: Readonly<Config>, logger: Logger, lifetime: Lifetime): Promise<string> {
  const startedAt = Date.now()
  const data = (name: string) => join(config.dataFolder, name)
  const cannotListen = await whyNotListen(config)
  const isFirst = !wasUsed(config.dataFolder)
  // Nothing is made where nothing can start; but who starts it twice on one folder hears of the first process, not of its port.
  if (cannotListen && isFirst) throw cannotListen
  await prepareDataFolder(config.dataFolder)
  if (isFirst) await insistOnRoom(config.dataFolder)
  const lock = lockFolder(config.dataFolder)
  lifetime.onEnd('lock', lock.release)
  if (cannotListen) throw cannotListen
  let address = config.publicUrl
  const publicUrl = () => address

  const [meta, store] = await Promise.all([openMeta(config, logger, lifetime), openStore(config, logger, lifetime)])
  const localToken = await createLocalToken(config.dataFolder)
  lifetime.onEnd('local token', localToken.remove)
  const auth = await createAuth({ meta, localToken: localToken.token, publicUrl })
  lifetime.onEnd('access', auth.close)
  const projects = createProjects({
    meta,
    directory: auth.directory,
    events: store,
    settled: () => present.settled(),
    async discardDeadLetters(projectId) {
      for (const lost of await queue.deadLetters.discard(projectId)) ledger.discarded(lost, 'project-not-found', lost.rows)
    },
    checkPattern,
  })
  const keys = createKeys({ meta, directory: auth.directory, authenticator: auth.authenticator })

  const queue = await createLogQueue({
    folder: data('queue'),
    capBytes: config.queueLimitBytes,
    // A remote engine has a disk of its own.
    ...(config.clickhouseUrl === undefined ? { hasRoom: createRoomToQueue([config.dataFolder, data('queue'), data('events')]) } : {}),
    log: logger,
    onLost: (lost) => ledger.withdrawn(lost, 'damaged', lost.rows),
  })
  lifetime.onEnd('queue', () => queue.close())
  const ledger = createLedger(queue.left)
  const present = withoutDeletedProjects({
    queue,
    exists: (projectId) => auth.directory.project(projectId) !== undefined,
    onLeftOut: (deliveries) => {
      for (const delivery of deliveries) ledger.withdrawn(delivery, 'project-not-found', delivery.rows)
    },
  })
  const scratch = createScratch({ dataFolder: config.dataFolder })
  lifetime.onEnd('scratch', scratch.close)
  const blocks = createBlockThread({ workerUrl: threadUrl('block-worker') })
  lifetime.onEnd('block thread', () => blocks.close())
  const writer = createEventWriter({
    queue: present.queue,
    store,
    blocks,
    scratch,
    log: logger,
    onStored: (deliveries) => {
      for (const delivery of deliveries) ledger.stored(delivery, delivery.rows)
    },
    onDeadLettered: (deliveries) => {
      for (const delivery of deliveries) ledger.deadLettered(delivery, delivery.rows)
    },
  })
  await writer.start()
  lifetime.onEnd('event writer', async () => {
    if (!(await writer.drain(DRAIN_MS))) logger.warn({ rows: queue.depth().rows }, 'some events wait in the queue and are stored at the next start')
  })

  const salt = await meta.settings.setOnce('address-salt', randomBytes(32).toString('base64'))
  const decoder = createDecodeThread({
    workerUrl: threadUrl('decode-worker'),
    workerData: { salt: Buffer.from(salt, 'base64'), geoFile: config.geoFile } satisfies DecodeWorkerData,
    onRestart: (reason) => logger.error({ reason }, 'the decode thread was started again'),
  })
  lifetime.onEnd('decode thread', () => decoder.close())
  const steps = createStepTimes()
  const tails = createTailHub()
  const ingest = createIngest({ decoder, queue, ledger, tails, now: () => unixMs(Date.now()), onSteps: steps.add })

  const metrics = createMetrics({ queueDepth: queue.depth, queueDamaged: queue.damaged, ledger: () => ledger.snapshot(), steps: steps.list })
  const resolve = (caller: Caller, ref: string | undefined) => resolveProject(auth.directory, caller, ref)
  const doors = { ingest, projects }
  const orphans = createOrphans({ now: Date.now })
  const deviceLogins = createDeviceLogins(Date.now)
  const now = () => unixMs(Date.now())
  const lognitor = createLognitor({ ...doors, now })
  const logs = createLogs({ store, now })
  const limits = createAttemptLimits()
  const issues = createIssues({ store, issues: meta.issues, now })
  const system = createSystemService({
    checks: [
      { name: 'event store', check: () => store.ping() },
      { name: 'meta store', check: () => meta.ping() },
      { name: 'queue', check: () => checkQueue(queue, writer, data('queue')) },
    ],
    queue,
    store,
    ledger,
    stepTimes: steps.list,
    resolveProject: resolve,
    dataFolder: config.dataFolder,
    version,
    startedAt,
  })
  const app = await createApp({
    logger,
    metrics,
    trustProxy: config.trustProxy,
    access: auth.register,
    receivers: [
      (doorApp) => registerNativeReceiver(doorApp, { ...doors, doorOf: (body) => (isLognitorBatch(body) ? LOGS_DOOR : undefined) }),
      (doorApp) => registerRawReceiver(doorApp, doors),
      (doorApp) =>
        registerApiV1(doorApp, {
          lognitor: { take: lognitor.takeLogs, error: lognitorError },
          tracehub: { take: (request, reply) => takeTraceHub({ ...doors, orphans }, request, reply), error: traceHubError },
        }),
      (doorApp) => registerLognitor(doorApp, { ...doors, now, lognitor, findHeartbeat: meta.heartbeats.byToken }),
      (doorApp) => registerTimberlogsReceiver(doorApp, { ...doors, orphans, now: Date.now }),
    ],
    onRefused: (request, reason) => {
      const account = accountOf(request, auth.directory.findProject)
      if (account !== undefined) ingest.refuse(account, reason)
    },
    features: [
      (api) => registerPeople(api, { people: auth.people, version, publicUrl, limits }),
      (api) => registerProjects(api, { projects, keys, directory: auth.directory }),
      (api) => registerLogs(api, { logs, tails, resolveProject: resolve, readmit: auth.readmit }),
      (api) => registerIssues(api, { issues, resolveProject: resolve }),
      (api) => registerFlows(api, { flows: createFlows({ store, now }), resolveProject: resolve }),
      (api) => registerReports(api, { reports: createReports({ store, now }), heartbeats: meta.heartbeats, resolveProject: resolve, publicUrl, now }),
      (api) => registerRequests(api, { requests: createRequests({ store, now }), resolveProject: resolve }),
      (api) => registerTimeline(api, { timeline: createTimeline({ store }), resolveProject: resolve, projects: projects.list }),
      (api) =>
        registerTimberlogs(api, {
          reading: createTimberlogsReading({ store, logs, now: Date.now }),
          logins: deviceLogins,
          createToken: createTokens(keys, auth.directory, auth.people),
          resolveProject: resolve,
          publicUrl: () => config.publicUrl,
        }),
      (api) =>
        registerTraceHub(api, {
          signIn: createSignIn({ people: auth.people, tokens: meta.bearerTokens, now: Date.now }),
          limits,
          directory: auth.directory,
          people: auth.people,
          profiles: meta.people,
          issues,
          projects,
          keys,
          reading: createTraceHubReading({ store, logs }),
        }),
      (api) => registerDeviceApproval(api, { logins: deviceLogins, resolveProject: resolve }),
      (api) => registerSystem(api, { system, metrics, version }),
    ],
    dashboardFolder: fileURLToPath(new URL('../../dashboard/dist', import.meta.url)),
  })
  lifetime.onEnd('connections', async () => {
    tails.close()
    const slow = setTimeout(() => app.server.closeAllConnections(), ANSWERS_MS)
    await app.close()
    clearTimeout(slow)
  })

  const url = await listen(app, config)
  address ??= url
  await writeFile(data('server.json'), `${JSON.stringify({ url, pid: process.pid, startedAt: new Date(startedAt).toISOString() })}\n`, {
    mode: 0o600,
  })
  lifetime.onEnd('address file', () => rm(data('server.json'), { force: true }))
  const maintenance = setInterval(
    () => auth.maintain().catch((error) => logger.warn({ err: error }, 'the settings store does not answer')),
    MAINTENANCE_MS,
  )
  lifetime.onEnd('maintenance', () => clearInterval(maintenance))
  lifetime.onEnd('consolidation', keepConsolidated(store, logger))
  const resume = () => projects.resumeDeletions().catch((error) => logger.warn({ err: error }, 'a deletion that was begun is tried again later'))
  void resume()
  const resuming = setInterval(resume, RESUME_MS)
  lifetime.onEnd('deletions', () => clearInterval(resuming))

  const syslog = createSyslogReceiver({ listeners: config.syslog, ingest, projects, onProblem: (message) => logger.warn(message) })
  lifetime.onEnd('syslog', () => syslog.close())
  for (const { transport, port } of await syslog.start()) logger.info(`syslog over ${transport} on port ${port}`)

  const link = await claimLink(auth.people, config, address)
  process.stdout.write(
    `Heartwood is ready at ${address}\n${link === undefined ? '' : `It has no owner yet. Become the owner with this one-time link: ${link}\n`}`,
  )
  return url
}

async function openMeta(config: Readonly<Config>, logger: Logger, lifetime: Lifetime): Promise<MetaStore> {
  const onRollbackFailed = (error: unknown) => logger.error({ err: error }, 'a transaction of the settings store could not be rolled back')
  const meta =
    config.databaseUrl === undefined
      ? await createSqliteMetaStore({ file: join(config.dataFolder, 'meta.sqlite'), onRollbackFailed })
      : await createPostgresMetaStore({ url: config.databaseUrl, onRollbackFailed })
  lifetime.onEnd('meta store', () => meta.close())
  return meta
}

async function openStore(config: Readonly<Config>, logger: Logger, lifetime: Lifetime): Promise<EventStore> {
  const store =
    config.clickhouseUrl === undefined
      ? createChdbEventStore({ folder: join(config.dataFolder, 'events'), memoryBytes: config.engineMemoryBytes, log: logger })
      : createRemoteEventStore({ url: config.clickhouseUrl, log: logger })
  lifetime.onEnd('event store', () => store.close())
  await store.migrate()
  return store
}

/** Merges weeks that have come to rest, one at a time. @returns ends it. */
function keepConsolidated(store: EventStore, logger: Logger): () => void {
  let running = false
  const consolidate = async () => {
    if (running) return
    running = true
    await store.consolidate().catch((error) => logger.debug({ err: error }, 'the parts of a week could not be merged; they are merged later'))
    running = false
  }
  const timer = setInterval(() => void consolidate(), CONSOLIDATE_MS)
  return () => clearInterval(timer)
}

/** The queue can take batches when its disk takes a write, it is not full, and what it holds is being stored. */
async function checkQueue(queue: Queue, writer: EventWriter, folder: string): Promise<void> {
  const { bytes, capBytes } = queue.depth()
  if (bytes >= capBytes) throw new Error('it is full')
  const { failing } = writer.lag()
  if (failing !== undefined) throw new Error(`nothing was stored for ${Math.round(failing.sinceMs / 1000)} s: ${failing.reason}`)
  await prepareDataFolder(folder)
}

async function claimLink(people: People, config: Readonly<Config>, address: string): Promise<string | undefined> {
  if (config.owner !== undefined) {
    await people.ensureOwner(config.owner)
    return undefined
  }
  const token = await people.createClaim()
  return token === undefined ? undefined : `${address}/claim?token=${token}`
}
