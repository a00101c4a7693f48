import { Kbd, Modal } from '@mantine/core'
import classes from './frame.module.css'

const SHORTCUTS: readonly { title: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Everywhere',
    keys: [
      ['Ctrl/⌘ K', 'Go to anything, find an id'],
      ['d', 'Time range'],
      ['?', 'This help'],
      ['Esc', 'Close, then clear'],
    ],
  },
  {
    title: 'Logs',
    keys: [
      ['/', 'To the query'],
      ['j  k', 'Next, previous row'],
      ['Enter', 'Open or close the row'],
      ['l', 'Live tail on, off'],
      ['Space', 'Pause, resume the live tail'],
      ['r', 'Refresh'],
    ],
  },
]

export function ShortcutHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard" closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={classes.shortcuts}>
        {SHORTCUTS.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.keys.map(([keys, meaning]) => (
                <div key={keys}>
                  <dt>
                    {keys.split('  ').map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  )
}
