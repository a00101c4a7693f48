import { withHeartwoodAction } from '@heartwood/node/nextjs'
import { connection } from 'next/server'

const placeOrder = withHeartwoodAction('placeOrder', async (item) => {
  throw new SyntaxError(`cannot order ${item}`)
})

async function submit(form) {
  'use server'
  await placeOrder(form.get('item'))
}

export default async function Page() {
  await connection()
  return (
    <form action={submit}>
      <input name="item" />
    </form>
  )
}
