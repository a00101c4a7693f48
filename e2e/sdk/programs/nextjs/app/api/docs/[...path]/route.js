import { withHeartwood } from '@heartwood/node/nextjs'

export const GET = withHeartwood(async (request, { params }) => Response.json(await params))
