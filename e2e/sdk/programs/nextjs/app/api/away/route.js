import { withHeartwood } from '@heartwood/node/nextjs'
import { redirect } from 'next/navigation'

export const GET = withHeartwood((request) => {
  if (new URL(request.url).searchParams.has('thrown')) redirect('/elsewhere')
  // Its headers can not be changed.
  return Response.redirect('http://localhost/elsewhere', 308)
})
