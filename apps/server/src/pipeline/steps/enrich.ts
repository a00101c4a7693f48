import type { Event } from '@heartwood/protocol'
import { cleanAddress } from '../client/client-facts.ts'
import type { PipelineContext } from '../context.ts'
import type { Step } from '../step.ts'
import { isVisit } from './normalise.ts'

/** Says what is known of the client: its place and a hash instead of its address, browser, system and device from its user agent. */
export const enrich: Step = {
  name: 'enrich',
  run(event, context) {
    const { attributes } = event
    const address = attributes.get('client.address')
    // Decoders of access logs put it among the attributes, under the name that the server gave it.
    const agent = attributes.get('client.user_agent') ?? (event.method === '' ? undefined : attributes.get('user_agent'))
    if (address !== undefined) {
      attributes.delete('client.address')
      if (typeof address === 'string') addAddress(event, context, address)
    }
    if (typeof agent === 'string') addAgent(event, context, agent)
    if (isVisit(event)) {
      if (address === undefined && context.address !== '') addAddress(event, context, context.address)
      if (agent === undefined && context.userAgent !== '') addAgent(event, context, context.userAgent)
    }
    return event
  },
}

function addAddress(event: Event, context: PipelineContext, text: string): void {
  const address = cleanAddress(text)
  if (address === '' || address === '-') return
  const { attributes } = event
  attributes.set('client.hash', context.client.hash(address))
  const place = context.client.locate(address)
  if (place.country !== '') attributes.set('client.country', place.country)
  if (place.region !== '') attributes.set('client.region', place.region)
  if (place.city !== '') attributes.set('client.city', place.city)
}

function addAgent(event: Event, context: PipelineContext, text: string): void {
  if (text === '' || text === '-') return
  const { attributes } = event
  const agent = context.client.agent(text)
  if (agent.browser !== '') attributes.set('client.browser', agent.browser)
  if (agent.os !== '') attributes.set('client.os', agent.os)
  if (agent.device !== '') attributes.set('client.device', agent.device)
  if (agent.bot) attributes.set('client.bot', true)
}
