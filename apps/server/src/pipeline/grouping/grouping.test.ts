import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ErrorFacts, issueIdOf } from './fingerprint.ts'
import { normaliseMessage } from './normalise-message.ts'
import { parseStack } from './parse-stack.ts'

const id = (facts: Partial<ErrorFacts>): string => issueIdOf({ type: '', errorMessage: '', message: '', stack: '', file: '', chosen: '', ...facts })

/** Names of the program's own frames, innermost first, of the exception that decides. */
const own = (stack: string): string[] => {
  const section = parseStack(stack).find(({ frames }) => frames.some(({ inApp }) => inApp))
  return section?.frames.filter(({ inApp }) => inApp).map((frame) => frame.function || frame.file) ?? []
}

const python = (inner: string, line = 7, root = '/srv/app'): string => `Traceback (most recent call last):
  File "/usr/lib/python3.11/site-packages/starlette/routing.py", line 74, in app
    response = await func(request)
  File "${root}/shop/views.py", line ${line}, in buy
    charge(cart)
    ~~~~~~^^^^^^
  File "${root}/shop/billing.py", line ${line + 20}, in ${inner}
    raise ValueError("no card")
  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode
    raise JSONDecodeError("Expecting value", s, err.value) from None
ValueError: no card
`

describe('stacks', () => {
  it.each([
    ['Python', python('charge'), ['charge', 'buy']],
    [
      'Python, chained: the exception that came last',
      `Traceback (most recent call last):\n  File "/srv/a.py", line 1, in inner\n    int("x")\nValueError: x\n\nThe above exception was the direct cause of the following exception:\n\n${python('charge')}`,
      ['charge', 'buy'],
    ],
    [
      'Python without an exception',
      '  File "/srv/app/a.py", line 3, in <module>\n    f()\n  File "/srv/app/b.py", line 9, in f\n    log()\n',
      ['f', '<module>'],
    ],
    [
      'Java: the cause, where the outer one was thrown by a library',
      'javax.servlet.ServletException: x\n\tat org.springframework.web.Servlet.go(Servlet.java:9)\n\t... 3 more\nCaused by: com.acme.NoCard: y\n\tat java.base/java.util.List.get(List.java:4)\n\tat app//com.acme.Billing.charge(Billing.java:71)\n\tat com.acme.Shop.lambda$buy$0(Shop.java:12)\n\tat jdk.internal.Thread.run(Native Method)\n',
      ['com.acme.Billing.charge', 'com.acme.Shop.lambda$buy$0'],
    ],
    [
      'Node',
      'TypeError: x\n    at charge (/srv/app/billing.js:3:9)\n    at new Cart (file:///srv/app/cart.mjs:4:1)\n    at Layer.handle (/srv/app/node_modules/express/lib/router/layer.js:95:5)\n    at async /srv/app/index.js:9:3\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)\n    at new Promise (<anonymous>)',
      ['charge', 'new Cart', '/srv/app/index.js'],
    ],
    [
      'Firefox',
      'charge@https://shop.example/static/app.3f9a1c22.js:1:2345\n@https://shop.example/static/app.3f9a1c22.js:2:1\n',
      ['charge', 'https://shop.example/static/app.3f9a1c22.js'],
    ],
    [
      'PHP',
      '#0 /srv/app/vendor/stripe/Api.php(12): Stripe\\Api->call()\n#1 /srv/app/src/Billing.php(31): Stripe\\Api::charge(Object(Cart), 12)\n#2 [internal function]: App\\Shop->buy()\n#3 {main}',
      ['Stripe\\Api::charge'],
    ],
    [
      'Go',
      'panic: no card\n\ngoroutine 7 [running]:\npanic({0x1, 0x2})\n\t/usr/local/go/src/runtime/panic.go:884 +0x212\nmain.(*Shop).charge(0xc000012345, {0x1, 0x2})\n\t/srv/app/billing.go:31 +0x1d\ngithub.com/gin-gonic/gin.(*Context).Next(...)\n\t/root/go/pkg/mod/github.com/gin-gonic/gin@v1.9.1/context.go:174\nmain.main()\n\t/srv/app/main.go:12 +0x2f\n',
      ['main.(*Shop).charge', 'main.main'],
    ],
    [
      '.NET',
      'System.InvalidOperationException: x\n   at System.Linq.Enumerable.First[T](IEnumerable`1 source)\n   at Acme.Billing.Charge(Cart cart) in C:\\app\\Billing.cs:line 31\n   at Acme.Shop.<Buy>d__5.MoveNext() in /srv/Shop.cs:line 9\n--- End of stack trace from previous location ---\n   at Microsoft.AspNetCore.Mvc.Go()',
      ['Acme.Billing.Charge', 'Acme.Shop.<Buy>d__5.MoveNext'],
    ],
    [
      'Ruby',
      "/srv/app/billing.rb:31:in `charge'\n/usr/lib/ruby/gems/3.2.0/gems/rack-3.0/lib/rack.rb:9:in `call'\n\tfrom /srv/app/shop.rb:3:in 'block in Shop#buy'\n<internal:kernel>:18:in `loop'",
      ['charge', 'block in Shop#buy'],
    ],
  ])('name the frames of the program itself: %s', (_, stack, expected) => {
    expect(own(stack)).toEqual(expected)
  })

  it('are read in bounded time, whatever they hold', () => {
    const line = fc.constantFrom('at ', ' (', ')', ':1', ':in ', '`', '#1 ', 'File "', '@https:', '\t', '.go:1', '\n', 'a', '/', ' | ', 'Caused by: ')
    fc.assert(fc.property(fc.array(line, { maxLength: 200 }), (parts) => parseStack(parts.join('')).every(({ frames }) => frames.length > 0)))
    // Takes milliseconds; were a pattern to go back and forth over such lines, the test would not end.
    const endless = ['at (', ':in `', '#1 (1)', '\ta.go:1', 'at a/', 'x@https::1'].map((part) => part.repeat(100_000)).join('\n')
    expect(parseStack(`${endless}\n`.repeat(3)).length).toBeLessThan(2)
  })
})

describe('an issue', () => {
  const base = { type: 'ValueError', message: 'm', stack: python('charge') }

  it('stays one when lines move, messages differ, and the program is deployed elsewhere', () => {
    const moved = { ...base, errorMessage: 'no card 17', message: 'other', stack: python('charge', 900, 'C:\\releases\\2026-11-21') }
    expect(id({ ...moved, stack: moved.stack.replaceAll('/', '\\') })).toBe(id(base))
  })

  it('is another for another place, another type, another cause', () => {
    const cause = 'java.lang.RuntimeException: x\n\tat com.acme.A.a(A.java:1)\nCaused by: '
    const ids = [
      id(base),
      id({ ...base, stack: python('refund') }),
      id({ ...base, type: 'KeyError' }),
      id({ ...base, type: 'E', stack: `${cause}java.io.IOException: y\n\tat java.io.A.a(A.java:1)` }),
      id({ ...base, type: 'E', stack: `${cause}com.acme.NoCard: y\n\tat java.io.A.a(A.java:1)` }),
    ]
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('is one however deep a recursion went', () => {
    const deep = (depth: number): string =>
      `RangeError: x\n${'    at walk (/srv/app/tree.js:3:9)\n    at visit (/srv/app/tree.js:8:1)\n'.repeat(depth)}    at main (/srv/app/index.js:1:1)`
    expect(id({ type: 'RangeError', stack: deep(3) })).toBe(id({ type: 'RangeError', stack: deep(30) }))
  })

  it('goes by the message too where the functions of the program have no names', () => {
    const handler = (frame: string, line: number): string =>
      `Error: x\n    at ${frame.replace('LINE', String(line))}\n    at next (/srv/app/node_modules/router/index.js:1:1)`
    for (const frame of ['/srv/app/routes.js:LINE:9', '<anonymous> (/srv/app/routes.ts:LINE:9)', 'Object.<anonymous> (/srv/app/routes.js:LINE:9)']) {
      const order = id({ type: 'Error', errorMessage: 'order 12 is gone', stack: handler(frame, 7) })
      expect(id({ type: 'Error', errorMessage: 'order 15 is gone', stack: handler(frame, 8) })).toBe(order)
      expect(id({ type: 'Error', errorMessage: 'no such card', stack: handler(frame, 7) })).not.toBe(order)
    }
  })

  it('falls back to type and message where no frame is the program’s own', () => {
    const stack = 'java.lang.IllegalStateException: x\n\tat java.util.A.b(A.java:1)\n'
    expect(id({ ...base, stack, errorMessage: 'order 12 of a@b.example' })).toBe(id({ ...base, stack, errorMessage: 'Order 7 of c@d.example' }))
    expect(id({ ...base, stack, errorMessage: 'order 12' })).not.toBe(id({ ...base, stack, errorMessage: 'card 12' }))
    expect(id({ message: 'a', stack: 'frame1\nframe2' })).not.toBe(id({ message: 'b', stack: 'frame1\nframe2' }))
  })

  it('is what the caller chose, if so', () => {
    expect(id({ ...base, chosen: 'mine' })).toBe(id({ message: 'quite another', chosen: 'mine' }))
  })
})

describe('messages', () => {
  it.each([
    ['Order 123 of 2026-11-21T10:00:00.123Z failed in 4.5s', 'order <n> of <time> failed in <n>s'],
    ['user A3F7C2D9-0000-4000-8000-000000000000 at 0xFF, f00dbabe1234', 'user <uuid> at <hex>, <hex>'],
    ["can't open 'a b.txt' or \"c\", it isn't there", "can't open <text> or <text>, it isn't there"],
    ['GET https://a.example/x?y=1 from 10.0.0.1:80 for me+x@mail.example', 'get <url> from <n> for <email>'],
  ])('lose what changes: %s', (message, expected) => {
    expect(normaliseMessage(message)).toBe(expected)
  })
})
