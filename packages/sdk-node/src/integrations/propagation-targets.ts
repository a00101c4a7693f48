import { describeReceived, isRegExp, wrongOption } from '@heartwood/sdk-core'

export type Targets = readonly (string | RegExp)[] | ((url: string) => boolean)

/** Whether the service behind an address may hear of our trace. @throws OptionError where a target is neither text nor pattern */
export const createTargets = (targets: Targets | undefined): ((url: string) => boolean) => {
  if (targets === undefined) return () => true
  if (typeof targets === 'function') return targets
  const matchers = targets.map(createMatcher)
  return (url) => {
    const parsed = URL.canParse(url) ? new URL(url) : undefined
    return parsed !== undefined && matchers.some((matches) => matches(parsed))
  }
}

const createMatcher = (target: unknown): ((url: URL) => boolean) => {
  if (isRegExp(target)) {
    // A global pattern remembers where it stopped.
    const pattern = new RegExp(target.source, target.flags.replace(/[gy]/g, ''))
    return (url) => pattern.test(url.href)
  }
  if (typeof target !== 'string') throw wrong('texts and regular expressions', target)
  const text = target.toLowerCase()
  const slash = text.indexOf('/')
  if (text.includes('://')) {
    if (!URL.canParse(text)) throw wrong('hosts, beginnings of addresses and regular expressions', target)
    const { origin, pathname } = new URL(target)
    return (url) => url.origin === origin && url.pathname.startsWith(pathname)
  }
  const host = slash === -1 ? text : text.slice(0, slash)
  const path = slash === -1 ? '/' : target.slice(slash)
  const isHost = (url: URL): boolean =>
    host.startsWith('.') ? url.hostname === host.slice(1) || url.hostname.endsWith(host) : url.hostname === host || url.host === host
  return (url) => isHost(url) && url.pathname.startsWith(path)
}

const wrong = (members: string, received: unknown): Error =>
  wrongOption({ option: 'propagateTo' }, `a list of ${members}`, describeReceived(received))
