import type { ProjectJson } from '@heartwood/protocol'
import { Button, TagsInput, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toProblem } from '../../lib/api.tsx'
import { Notice } from '../../ui/states.tsx'
import { TextBlock } from '../../ui/text-block.tsx'
import { useNotify } from '../../ui/toasts.tsx'
import { useUpdateProject } from '../projects/projects-api.ts'
import classes from './settings.module.css'
import { tryRedaction } from './try-redaction.ts'

/** What is taken out of events before they reach the disk, with a field to try it on. */
export function RedactionForm({ project }: { project: ProjectJson }) {
  const update = useUpdateProject(project.id)
  const notify = useNotify()
  const [keys, setKeys] = useState(project.redaction.keys)
  const [patterns, setPatterns] = useState(project.redaction.patterns.join('\n'))
  const [sample, setSample] = useState('')
  const lines = patterns.split('\n').filter((line) => line.trim() !== '')
  const unchanged = sameList(keys, project.redaction.keys) && sameList(lines, project.redaction.patterns)
  const tried = tryRedaction({ keys, patterns: lines }, sample)
  const handleSubmit = (event: FormEvent): void => {
    event.preventDefault()
    update.mutate({ redaction: { keys, patterns: lines } }, { onSuccess: () => notify('Redaction saved') })
  }
  return (
    <form className={classes.card} onSubmit={handleSubmit}>
      <h2>Redaction</h2>
      <p className={classes.lead}>
        What events must not keep is replaced before they reach the disk, from now on. Values under the usual names of passwords, API keys, cookies
        and card numbers always are; add here what else should be.
      </p>
      {update.error && <Notice tone="failed">{toProblem(update.error).message}</Notice>}
      <TagsInput
        label="Names whose values are replaced"
        description="Case, - and _ do not matter; any part of a dotted name counts. Enter adds a name."
        value={keys}
        onChange={setKeys}
        clearable
        clearButtonProps={{ 'aria-label': 'Remove all names' }}
      />
      <Textarea
        label="Patterns"
        description="One regular expression a line; what it matches in messages and values is replaced."
        autosize
        minRows={2}
        maxRows={10}
        classNames={{ input: 'mono' }}
        value={patterns}
        error={tried.problem}
        onChange={(event) => setPatterns(event.currentTarget.value)}
      />
      <div className={classes.tryout}>
        <Textarea
          label="Try it"
          description="A message, or an event as JSON. It stays in this page."
          autosize
          minRows={2}
          maxRows={8}
          classNames={{ input: 'mono' }}
          value={sample}
          onChange={(event) => setSample(event.currentTarget.value)}
        />
        {sample !== '' && (
          <div>
            <div className={classes.outLabel}>What these rules leave</div>
            <TextBlock wrap text={tried.text} />
          </div>
        )}
      </div>
      <div>
        <Button type="submit" loading={update.isPending} disabled={unchanged || tried.problem !== undefined}>
          Save
        </Button>
      </div>
    </form>
  )
}

const sameList = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((entry, index) => entry === b[index])
