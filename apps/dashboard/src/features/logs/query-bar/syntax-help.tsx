import classes from './query-bar.module.css'

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['payment failed', 'both words, in the message'],
  ['"card declined"', 'the words in this order'],
  ['level:error', 'a field has a value'],
  ['order.id:A-1', 'an attribute, by its dotted name'],
  ['status:>=500', 'numbers compare: > >= < <='],
  ['service:api*', '* stands for anything'],
  ['NOT host:web-3', 'rows without it; -host:web-3 says the same'],
  ['a OR b', 'one or the other'],
  ['level:error (api OR web)', 'parentheses group'],
  ['"user name":Ann', 'names with spaces in quotes'],
]

export function SyntaxHelp() {
  return (
    <dl className={classes.examples}>
      {EXAMPLES.map(([query, meaning]) => (
        <div key={query}>
          <dt className="mono">{query}</dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  )
}
