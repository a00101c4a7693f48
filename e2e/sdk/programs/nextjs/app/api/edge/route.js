import { withHeartwood } from '@heartwood/node/nextjs'

export const runtime = 'edge'

export const GET = withHeartwood(() => new Response('from the edge'))
