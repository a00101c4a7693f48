/** Line icons on a 16-pixel grid, drawn for Heartwood. Decorative: what they stand in carries the label. */
const PATHS = {
  logs: 'M2.5 4h2M6.5 4h7M2.5 8h2M6.5 8h5M2.5 12h2M6.5 12h6',
  flows:
    'M4 5.5a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4ZM12 13.9a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4ZM4 5.5v4.2a2.5 2.5 0 0 0 2.5 2.5h3.8M7 3.8h3.5',
  requests: 'M2.5 5.2h9M9 2.7l2.5 2.5L9 7.7M13.5 10.8h-9M7 8.3l-2.5 2.5L7 13.3',
  settings: 'M2.5 4.5h6M11.5 4.5h2M2.5 11.5h2M7.5 11.5h6M10 2.8v3.4M6 9.8v3.4',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.3 10.3l3.2 3.2',
  clock: 'M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM8 5v3l2 1.5',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.5L13 6M13 2.8V6H9.8',
  play: 'M5 3.5v9l7-4.5-7-4.5Z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  link: 'M6.7 9.3 9.3 6.7M7.5 4.8l1.2-1.2a2.6 2.6 0 0 1 3.7 3.7l-1.2 1.2M8.5 11.2l-1.2 1.2a2.6 2.6 0 0 1-3.7-3.7l1.2-1.2',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'm3 8.5 3.2 3.2L13 4.8',
  close: 'm4 4 8 8M12 4l-8 8',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  down: 'm4 6 4 4 4-4',
  right: 'm6 4 4 4-4 4',
  left: 'm10 4-4 4 4 4',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  help: 'M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM6.4 6.3a1.7 1.7 0 1 1 2.3 1.9c-.5.2-.7.5-.7 1M8 11h.01',
  filter: 'M2.5 3.5h11L9.5 8.3v4.2l-3-1.5V8.3L2.5 3.5Z',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  wrap: 'M2.5 4h11M2.5 8h8.7a1.8 1.8 0 0 1 0 3.6H8M9.5 10 8 11.6l1.5 1.6M2.5 12h3',
  rows: 'M2.5 4h11M2.5 6.7h11M2.5 9.3h11M2.5 12h11',
  download: 'M8 2.5v7.5M5 7.3 8 10l3-2.7M2.5 13.3h11',
  chart: 'M3 13V9M6.3 13V5M9.7 13V7M13 13V3',
  table: 'M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.7h11M7 6.3V13',
  sun: 'M8 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M12.4 3.6l-1 1M4.6 11.4l-1 1',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5Z',
  system: 'M2.5 3h11v7.5h-11zM6 13.3h4M8 10.5v2.8',
  person: 'M8 7.8a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8ZM3.5 13.3c.5-2.2 2.2-3.4 4.5-3.4s4 1.2 4.5 3.4',
  key: 'M5.5 12.5a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM7.5 7.7 13 2.5M10.5 5l2 2',
  project: 'M2.5 4h4l1.3 1.7h5.7V13h-11V4Z',
  health: 'M2 8.5h3l1.5-4.5 3 8 1.5-3.5h3',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  rail: 'M2.5 3h11v10h-11zM6.3 3v10',
  trash: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.3 4.5l.6 8.5h6.2l.6-8.5',
  warn: 'M8 2.8 14 13H2L8 2.8ZM8 6.5v3M8 11.3h.01',
  out: 'M6.5 13h-4V3h4M10 5l3 3-3 3M13 8H6.5',
  replay: 'M3 8a5 5 0 1 0 1.5-3.5L3 6M3 2.8V6h3.2',
} as const
export type IconName = keyof typeof PATHS

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2 : 1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ flex: 'none' }}
    >
      <path d={PATHS[name]} />
    </svg>
  )
}

/** The mark: growth rings. */
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="var(--hw-accent)"
      strokeWidth="2"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <circle cx="12" cy="12" r="1.6" fill="var(--hw-accent)" stroke="none" />
      <path d="M12.9 7.1a5 5 0 1 1-4.4 1.3" />
      <path d="M3.6 8.4a9.2 9.2 0 0 1 16.5-.8M20.9 14.2a9.2 9.2 0 0 1-16.6 2.8" />
    </svg>
  )
}
