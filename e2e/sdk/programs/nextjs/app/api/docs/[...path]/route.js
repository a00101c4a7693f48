import { withHeartwood } from '@heartwood/node/nextjs'

export const GET = withHeartwood(async (_request, { params }) => Response.json(await params))
