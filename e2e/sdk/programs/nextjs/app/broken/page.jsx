import { connection } from 'next/server'

export default async function Page() {
  await connection()
  throw new RangeError('no such page of the book')
}
