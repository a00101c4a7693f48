import { describe, expect, it } from 'vitest'
import { parseAgent } from './agent.ts'

describe('parseAgent', () => {
  it('tells browsers, phones, programs and bots apart', () => {
    const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0'
    const safari =
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1'
    expect(parseAgent(firefox)).toEqual({ browser: 'Firefox 143', os: 'Windows 10', device: 'desktop', bot: false })
    expect(parseAgent(safari)).toMatchObject({ browser: 'Mobile Safari 18', device: 'mobile', bot: false })
    expect(parseAgent('Googlebot/2.1 (+http://www.google.com/bot.html)').bot).toBe(true)
    expect(parseAgent('').browser).toBe('')
  })
})
