import type { ProjectJson, SampleRates } from '@heartwood/protocol'
import { Button, NumberInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { toProblem } from '../../lib/api.tsx'
import { Notice } from '../../ui/states.tsx'
import { useNotify } from '../../ui/toasts.tsx'
import { useUpdateProject } from '../projects/projects-api.ts'
import { NO_PERCENTS, SAMPLED, toPercents, toRates } from './sample-rates.ts'
import own from './sample-rates-form.module.css'
import classes from './settings.module.css'

/** How much of each level clients send that let the server decide. */
export function SampleRatesForm({ project }: { project: ProjectJson }) {
  const update = useUpdateProject(project.id)
  const notify = useNotify()
  const [percents, setPercents] = useState(() => toPercents(project.sampleRates))
  const rates = toRates(percents, project.sampleRates)
  const unchanged = sameRates(rates, project.sampleRates)
  const silenced = SAMPLED.filter(({ level }) => percents[level] === 0).map(({ label }) => label.toLowerCase())
  const save = (sampleRates: SampleRates): void => {
    update.mutate(
      { sampleRates },
      {
        onSuccess: () => {
          setPercents(toPercents(sampleRates))
          notify('Sample rates saved')
        },
      },
    )
  }
  const handleSubmit = (event: FormEvent): void => {
    event.preventDefault()
    save(rates)
  }
  return (
    <form className={classes.card} onSubmit={handleSubmit}>
      <h2>Sampling</h2>
      <p className={classes.lead}>
        How much of each level Lognitor’s clients send to this project; they follow it from their next answer on. All other clients send everything.
        Counts and charts are of stored events; only occurrences of issues are scaled by the rate. An event that came at a rate has it as its
        attribute <code className="mono">sample_rate</code>.
      </p>
      {update.error && <Notice tone="failed">{toProblem(update.error).message}</Notice>}
      <div className={own.levels ?? ''}>
        {SAMPLED.map(({ level, label }) => (
          <NumberInput
            key={level}
            label={label}
            suffix=" %"
            placeholder="100 %"
            min={0}
            max={100}
            decimalScale={4}
            hideControls
            value={percents[level]}
            onChange={(value) => setPercents({ ...percents, [level]: value })}
          />
        ))}
      </div>
      {silenced.length > 0 && <Notice>Nothing of {silenced.join(' and ')} will be sent.</Notice>}
      <div className={own.actions ?? ''}>
        <Button type="submit" loading={update.isPending} disabled={unchanged}>
          Save
        </Button>
        <Button
          variant="default"
          disabled={Object.keys(project.sampleRates).length === 0 || update.isPending}
          onClick={() => {
            setPercents(NO_PERCENTS)
            save({})
          }}
        >
          Send everything
        </Button>
      </div>
    </form>
  )
}

const sameRates = (a: SampleRates, b: SampleRates): boolean => {
  const names = Object.keys({ ...a, ...b }) as (keyof SampleRates)[]
  return names.every((name) => a[name] === b[name])
}
