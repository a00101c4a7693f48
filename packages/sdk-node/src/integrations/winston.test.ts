import { once } from 'node:events'
import { expect, it } from 'vitest'
import { createClient } from '../create-client.ts'
import { winstonTransport } from './winston.ts'

it('waits at its end for what is left as long as the client may delay an end', async () => {
  const client = createClient({ enabled: false, exitTimeout: 300 })
  const waits: (number | undefined)[] = []
  client.flush = async (timeoutMs) => {
    waits.push(timeoutMs)
    return true
  }
  const transport = winstonTransport({ client })
  transport.end()
  await once(transport, 'finish')
  expect(waits).toEqual([300])
})
