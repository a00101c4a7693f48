export interface Report {
  section(title: string, note?: string): void
  row(what: string, value: string, target?: string): void
  markdown(): string
}

/** Collects figures as Markdown tables and prints each as it comes. */
export function createReport(machine: string): Report {
  const lines = [`# Measured on ${new Date().toISOString().slice(0, 10)}`, '', machine]
  return {
    section(title, note) {
      console.log(`\n${title}`)
      lines.push('', `## ${title}`, '', ...(note ? [note, ''] : []), '| what | measured | promised |', '|---|---|---|')
    },
    row(what, value, target = '') {
      console.log(`  ${what}: ${value}${target ? `  (promised ${target})` : ''}`)
      lines.push(`| ${what} | ${value} | ${target} |`)
    },
    markdown: () => `${lines.join('\n')}\n`,
  }
}
