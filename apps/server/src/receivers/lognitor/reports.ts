import { randomUUID } from 'node:crypto'
import { LIMITS } from '@heartwood/protocol'
import { isRecord, type LooseRecord } from '../decode.ts'
import { parseJson } from '../native/decode-lenient.ts'
import { decodeText } from '../native/decode-text.ts'
import { releaseIdOf } from './release-id.ts'

/** What is sent once and answered with an id of ours: an event, and the answer. */
export interface Report {
  record: LooseRecord
  answer: { [name: string]: string }
}

/** Screenshots are kept beside the event, where there is room for so much. */
const SCREENSHOT = LIMITS.detail - 24_000

/** The object of a body; PHP sends `[]` for an empty one. undefined when it is no JSON at all. */
export function objectIn(body: Uint8Array): LooseRecord | undefined {
  const value = parseJson(decodeText(body))
  if (isRecord(value)) return value
  return value === undefined ? undefined : {}
}

const given = (value: unknown): boolean => value !== null && value !== undefined && value !== ''
const textOf = (value: unknown): string => (given(value) ? (typeof value === 'object' ? JSON.stringify(value) : String(value)) : '')
const withoutNothing = (object: LooseRecord): LooseRecord => Object.fromEntries(Object.entries(object).filter(([, value]) => given(value)))

export type CheckinStatus = 'ok' | 'started' | 'failed'

/** Of what a job says of its failure: enough to know which it was. */
const REASON = 2_000
const READ_BYTES = 256 * 1024

/** A sign of life of a job. What came with it is read where it failed only: clients send anything at all. */
export function toCheckin({ id, name }: { id: string; name: string }, status: CheckinStatus, body: Uint8Array): LooseRecord {
  const attributes: LooseRecord = { heartbeat: { id, name }, status }
  if (status === 'failed') {
    const reason = body.byteLength > READ_BYTES ? '' : textOf(objectIn(body)?.reason).slice(0, REASON)
    if (reason !== '') attributes.reason = reason
  }
  return { kind: 'checkin', level: status === 'failed' ? 'error' : 'info', message: name, attributes }
}

/** What a user wrote about a problem; undefined when they wrote nothing. */
export function toFeedback(sent: LooseRecord): Report | undefined {
  const { comments, screenshot } = sent
  if (!given(comments) && !given(screenshot)) return undefined
  const id = `fb_${randomUUID()}`
  const feedback = withoutNothing({ id, event_id: sent.event_id, name: sent.name, email: sent.email, url: sent.url })
  const record: LooseRecord = { kind: 'feedback', level: 'info', message: textOf(comments), attributes: { feedback } }
  if (typeof screenshot === 'string' && screenshot !== '') {
    if (screenshot.length <= SCREENSHOT) record.detail = { screenshot }
    else feedback.screenshot_left_out = screenshot.length
  }
  return { record, answer: { feedback_id: id } }
}

/** A deployment of a version; undefined when it names none. The same version always has the same id. */
export function toRelease(sent: LooseRecord): Report | undefined {
  const version = textOf(sent.version).trim()
  if (version === '') return undefined
  const id = releaseIdOf(version)
  const deploy = withoutNothing({ commit: sent.commit_hash, branch: sent.branch, by: sent.deployed_by, url: sent.deploy_url })
  const attributes = withoutNothing({
    release_id: id,
    status: 'deployed',
    ...(Object.keys(deploy).length === 0 ? {} : { deploy }),
    changelog: sent.changelog,
    services: sent.services,
  })
  return {
    record: { kind: 'release', level: 'info', message: `Released ${version}`, release: version, attributes },
    answer: { release_id: id, version, status: 'deployed' },
  }
}
