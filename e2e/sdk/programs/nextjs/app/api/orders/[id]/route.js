import { info, setUser } from '@heartwood/node'
import { withHeartwood } from '@heartwood/node/nextjs'
import { notFound } from 'next/navigation'
import { connectToDatabase } from '../../../database.js'

export const GET = withHeartwood(async (_request, { params }) => {
  const { id } = await params
  setUser({ id: `user-${id}` })
  await new Promise((resolve) => setTimeout(resolve, 5))
  info('order read', { id })
  if (id === 'broken') connectToDatabase()
  if (id === 'missing') notFound()
  return Response.json({ id })
})

export const POST = withHeartwood(async (request) => {
  const { item } = await request.json()
  info('order placed', { item })
  return Response.json({ item }, { status: 201 })
})
