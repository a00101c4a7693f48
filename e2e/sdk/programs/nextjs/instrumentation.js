import { registerHeartwood } from '@heartwood/node/nextjs'

export { onRequestError } from '@heartwood/node/nextjs'

export const register = () => registerHeartwood({ service: 'shop', flushInterval: 50 })
