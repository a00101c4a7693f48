const MODES = ['throw', 'strict', 'warn', 'none', 'warn-with-error-code'] as const
export type RejectionsMode = (typeof MODES)[number]

/** What `--unhandled-rejections` is, on the command line or in NODE_OPTIONS; the last one on the command line wins. */
export const unhandledRejectionsMode = (
  execArgv: readonly string[] = process.execArgv,
  nodeOptions: string = process.env.NODE_OPTIONS ?? '',
): RejectionsMode => {
  const words = [...nodeOptions.split(/\s+/), ...execArgv]
  let mode: RejectionsMode = 'throw'
  words.forEach((word, index) => {
    const [option, value = words[index + 1]] = word.split('=', 2)
    if (option?.replaceAll('_', '-') !== '--unhandled-rejections') return
    mode = MODES.find((name) => name === value) ?? mode
  })
  return mode
}
