import type { FastifyInstance } from 'fastify'
import { HeartwoodError } from '../../errors.ts'
import type { Caller } from '../../http/caller.ts'
import { handle } from '../../http/route.ts'
import type { DeviceLogins } from './device-logins.ts'

export interface DeviceRoutesDeps {
  logins: DeviceLogins
  /** @throws HeartwoodError `project-not-found`, `validation-failed` */
  resolveProject(caller: Caller, ref: string | undefined): { id: number }
}

const invalid = (): HeartwoodError => new HeartwoodError('device-code-invalid', 'There is no such code (any more).')

/** The page on which a signed-in person approves the login of a command line tool. */
export function registerDeviceApproval(app: FastifyInstance, { logins, resolveProject }: DeviceRoutesDeps): void {
  handle(app, 'deviceLogin', async ({ params }) => {
    const login = logins.find(params.code)
    if (login === undefined) throw invalid()
    const { userCode, address, startedAt, expiresAt } = login
    return { code: userCode, address, startedAt: new Date(startedAt).toISOString(), expiresAt: new Date(expiresAt).toISOString() }
  })

  handle(app, 'decideDeviceLogin', async ({ caller, params, body }) => {
    const personId = caller.kind === 'person' ? caller.personId : undefined
    const decided = body.approve
      ? logins.decide(params.code, { is: 'approved', projectId: resolveProject(caller, body.project).id, personId })
      : logins.decide(params.code, { is: 'denied' })
    if (!decided) throw invalid()
    return { ok: true }
  })
}
