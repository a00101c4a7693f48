import { describe, expect, it } from 'vitest'
import { callerAttributes, callerOf, createCallSite } from './call-site.ts'

const atTheTop = createCallSite()

function report() {
  return { site: createCallSite(report), caller: callerOf(report), attributes: callerAttributes(report) }
}
function placeOrder() {
  return report()
}

describe('nothing but a place', () => {
  it('says where nothing was said', () => {
    const { site } = placeOrder()
    expect(site.message).toMatch(/^reported without an error, at placeOrder \(errors\/call-site\.test\.ts:\d+\)$/)
    const { stack } = site.read()
    expect(stack?.split('\n').slice(0, 2)).toEqual([`Error: ${site.message}`, expect.stringMatching(/at placeOrder .*call-site\.test/)])
    expect(site.read().stack).toBe(stack)
  })

  it('says the place alone where the caller has no name', () => {
    expect(atTheTop.message).toMatch(/^reported without an error, at errors\/call-site\.test\.ts:\d+$/)
  })
})

describe('the caller', () => {
  it('is a file, a line and a function', () => {
    const { caller, attributes } = placeOrder()
    expect(caller).toMatchObject({ function: 'placeOrder', file: expect.stringMatching(/call-site\.test\.ts$/) })
    expect(attributes).toMatchObject({ 'code.function.name': 'placeOrder', 'code.line.number': caller?.line })
  })

  it('leaves the limit of stacks as it was, also where nobody may set it', () => {
    const before = Error.stackTraceLimit
    Error.stackTraceLimit = 3
    placeOrder()
    expect(Error.stackTraceLimit).toBe(3)
    Object.defineProperty(Error, 'stackTraceLimit', { value: 3, writable: false, configurable: true })
    expect(() => placeOrder()).not.toThrow()
    Object.defineProperty(Error, 'stackTraceLimit', { value: 0, writable: true, configurable: true })
    expect(placeOrder().caller).toBeDefined()
    expect(Error.stackTraceLimit).toBe(0)
    Error.stackTraceLimit = before
  })
})
