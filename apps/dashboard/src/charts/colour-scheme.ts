import { useEffect, useState } from 'react'

/** What a canvas needs to know of the style of the place where it stands: custom properties by their names, and the font. */
export function readTokens(element: Element): { token: (name: string) => string; font: string } {
  const style = getComputedStyle(element)
  return { token: (name) => style.getPropertyValue(name).trim(), font: style.fontFamily }
}

/** Changes whenever the page turns light or dark. */
export function useColorScheme(): string | null {
  const [scheme, setScheme] = useState(readScheme)
  useEffect(() => {
    const observer = new MutationObserver(() => setScheme(readScheme()))
    observer.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] })
    return () => observer.disconnect()
  }, [])
  return scheme
}

const readScheme = (): string | null => document.documentElement.getAttribute('data-mantine-color-scheme')
