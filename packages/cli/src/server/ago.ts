import { parseRelativeTime, unixMs } from '@heartwood/protocol'

/** `30m`, `1h`, `7d` and `1y` mean that long ago, as `-30m` does; any other text comes back as it is. */
export const toAgo = (text: string): string => {
  const ago = `-${text.trim()}`
  return parseRelativeTime(ago, unixMs(Date.now())) === undefined ? text : ago
}
