// Runs before the first paint so that a chosen theme does not flash. A file of its own because the content policy forbids inline scripts.
;(() => {
  let chosen = null
  try {
    chosen = localStorage.getItem('heartwood.theme')
  } catch {}
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
