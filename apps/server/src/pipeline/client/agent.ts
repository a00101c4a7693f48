import { isbot } from 'isbot'
import { UAParser } from 'my-ua-parser'

export interface Agent {
  /** Name and major version: `Firefox 143`; `''` when unknown. */
  browser: string
  os: string
  /** `mobile`, `tablet`, `smarttv`, …; `desktop` for a browser on anything else, `''` for programs. */
  device: string
  bot: boolean
}

/** Longer ones are attacks on parsers, not browsers. */
const MAX_LENGTH = 500

export function parseAgent(userAgent: string): Agent {
  const text = userAgent.slice(0, MAX_LENGTH)
  const { browser, os, device } = new UAParser(text).getResult()
  return {
    browser: [browser.name, browser.version?.split('.')[0]].filter(Boolean).join(' '),
    os: [os.name, os.version].filter(Boolean).join(' '),
    device: device.type ?? (browser.name === undefined ? '' : 'desktop'),
    bot: isbot(text),
  }
}
