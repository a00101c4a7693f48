import { describe } from 'vitest'
import { endings } from './delivery/endings.ts'
import { minuteOfOutage } from './delivery/minute.ts'
import { outages } from './delivery/outages.ts'
import { spoolFolder } from './delivery/spool.ts'

// In one file, so that the minute passes while the others run.
describe('delivery', () => {
  const afterTheMinute = minuteOfOutage()
  describe('at the end of a program', () => endings())
  describe('through the spool folder', () => spoolFolder())
  describe('to a server that fails', () => outages())
  describe('to a server', () => afterTheMinute())
})
