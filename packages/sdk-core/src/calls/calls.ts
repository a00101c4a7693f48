import type { ResolvedOptions } from '../options.ts'
import type { Platform } from '../ports.ts'
import type { Level } from '../types.ts'
import { notObject, notText, unreadable } from './api-error.ts'
import { createCall } from './call.ts'
import { createHeartbeat, type Heartbeat } from './heartbeat.ts'

/** What a user says of a problem. */
export interface Feedback {
  readonly comments: string
  readonly name?: string | undefined
  readonly email?: string | undefined
  /** Where it happened. */
  readonly url?: string | undefined
  /** What a log method returned: the event that it is about. */
  readonly eventId?: string | undefined
  /** As a data URL or base64; kept with the feedback up to 500,000 characters. */
  readonly screenshot?: string | undefined
}

/** A deployment of a version. */
export interface Release {
  readonly version: string
  readonly commit?: string | undefined
  readonly branch?: string | undefined
  readonly deployedBy?: string | undefined
  readonly deployUrl?: string | undefined
  readonly changelog?: string | undefined
  readonly services?: readonly string[] | undefined
}

export type IssueState = 'open' | 'in-progress' | 'resolved'

/** An issue as `PATCH /api/issues/:id` answers it. */
export interface Issue {
  id: string
  title: string
  type?: string | undefined
  message: string
  level: Level
  state: IssueState
  /** It came back after it was resolved. */
  regressed: boolean
  occurrences: number
  events: number
  users: number
  firstSeen: string
  lastSeen: string
  services: string[]
  assignees: { id: string; email: string; name: string }[]
  resolvedAt?: string | undefined
  updatedAt?: string | undefined
}

/** Calls that are answered at once and fail with a HeartwoodApiError; nothing of them is buffered or repeated. */
export interface Calls {
  /** @param token of `heartwood heartbeat create` */
  heartbeat(token: string): Heartbeat
  /** @returns the id under which `GET /api/feedback` lists it */
  feedback(feedback: Feedback): Promise<{ feedbackId: string }>
  /** Tells of a deployment. The same version has the same id, however often it is deployed. Later events carry it where no `release` is set. */
  registerRelease(release: Release): Promise<{ releaseId: string; version: string }>
  readonly issues: {
    /**
     * @param id `issueId` of its events
     * @param options.apiKey a key of scope admin; the client's own is for sending, and most likely may not do this
     */
    setStatus(id: string, state: IssueState, options?: { readonly apiKey?: string }): Promise<Issue>
  }
}

export interface CallsDeps {
  readonly platform: Pick<Platform, 'transport' | 'encode' | 'setTimer'>
  readonly options: () => Pick<ResolvedOptions, 'endpoint' | 'apiKey' | 'timeout' | 'enabled'>
  readonly report: (error: Error) => void
}

export function createCalls({ platform, options, report }: CallsDeps): Calls {
  const call = createCall({ platform, options })
  return {
    heartbeat: (token) => createHeartbeat(call, report, token),

    async feedback(said) {
      const failed = 'The feedback was not taken'
      // Programs without types hand in anything; `wrong` says so.
      const { comments, name, email, url, eventId, screenshot } = (said ?? {}) as Partial<Feedback>
      const { feedback_id: id } = await call({
        method: 'POST',
        path: '/api/v1/feedback',
        body: { comments, name, email, url, event_id: eventId, screenshot },
        wrong: notObject('`comments`', said) ?? notText('`comments`', comments, true),
        failed,
      })
      if (typeof id !== 'string') throw unreadable(202, failed)
      return { feedbackId: id }
    },

    async registerRelease(release) {
      const failed = 'The release was not registered'
      // As above.
      const { version, commit, branch, deployedBy, deployUrl, changelog, services } = (release ?? {}) as Partial<Release>
      const answer = await call({
        method: 'POST',
        path: '/api/v1/releases/register',
        body: { version, commit_hash: commit, branch, deployed_by: deployedBy, deploy_url: deployUrl, changelog, services },
        wrong: notObject('`version`', release) ?? notText('`version`', version, true),
        failed,
      })
      const { release_id: releaseId, version: registered } = answer
      if (typeof releaseId !== 'string' || typeof registered !== 'string') throw unreadable(200, failed)
      return { releaseId, version: registered }
    },

    issues: {
      async setStatus(id, state, options) {
        const failed = 'The issue was not changed'
        const wrong = notText('the id', id) ?? notText('the state', state)
        const path = `/api/issues/${encodeURIComponent(String(id))}`
        const issue = await call({ method: 'PATCH', path, body: { state }, apiKey: options?.apiKey, wrong, failed })
        if (issue.id !== id || typeof issue.state !== 'string') throw unreadable(200, failed)
        // What has the id and a state is an issue; the contract test holds its other members to the server's.
        return issue as unknown as Issue
      },
    },
  }
}
