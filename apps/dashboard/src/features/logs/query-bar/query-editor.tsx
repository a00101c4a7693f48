import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeCompletion,
  completionStatus,
  startCompletion,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { type Diagnostic, linter, setDiagnostics } from '@codemirror/lint'
import { EditorState, Prec, RangeSetBuilder } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, keymap, placeholder, ViewPlugin, type ViewUpdate } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import type { FieldName } from '../logs-api.ts'
import { completionPlace } from '../model/completion.ts'
import { quoteTerm, tokenizeQuery } from '../model/query-tokens.ts'
import classes from './query-bar.module.css'
import { QUERY_HINT } from './query-hint.ts'

export interface QueryFault {
  /** 0-based. */
  from: number
  length: number
  message: string
}

export interface QueryEditorProps {
  value: string
  fault: QueryFault | undefined
  focus: boolean
  names: () => Promise<FieldName[]>
  values: (field: string, contains: string) => Promise<{ value: string; count: number }[]>
  onChange: (text: string) => void
  onSubmit: (text: string) => void
  onEscape: () => void
}

/** One line of the search language: coloured, completed, with the server's complaint underlined where it is. Loaded on its own. */
export function QueryEditor(props: QueryEditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const latest = useRef(props)
  latest.current = props

  useEffect(() => {
    if (!host.current) return
    const editor = new EditorView({ parent: host.current, state: EditorState.create({ doc: latest.current.value, extensions: extensions(latest) }) })
    view.current = editor
    if (latest.current.focus) {
      editor.focus()
      editor.dispatch({ selection: { anchor: editor.state.doc.length } })
    }
    return () => editor.destroy()
  }, [])

  useEffect(() => {
    const editor = view.current
    if (!editor || editor.state.doc.toString() === props.value) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: props.value }, selection: { anchor: props.value.length } })
  }, [props.value])

  const { fault } = props
  useEffect(() => {
    const editor = view.current
    if (!editor) return
    const length = editor.state.doc.length
    const from = Math.min(fault?.from ?? 0, Math.max(0, length - 1))
    const found: Diagnostic[] = fault
      ? [{ from, to: Math.min(length, from + Math.max(1, fault.length)), severity: 'error', message: fault.message }]
      : []
    editor.dispatch(setDiagnostics(editor.state, found))
  }, [fault])

  return <div ref={host} className={classes.editor} data-query-editor="" />
}

function extensions(latest: { current: QueryEditorProps }) {
  const submit = (editor: EditorView): boolean => {
    closeCompletion(editor)
    latest.current.onSubmit(editor.state.doc.toString())
    return true
  }
  return [
    history(),
    closeBrackets(),
    EditorState.transactionFilter.of((transaction) => (transaction.newDoc.lines > 1 ? [] : transaction)),
    EditorView.domEventHandlers({ paste: (event, editor) => pasteAsOneLine(event, editor) }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) latest.current.onChange(update.state.doc.toString())
      const typed = update.transactions.some((transaction) => transaction.isUserEvent('input.complete'))
      if (typed && /:$/.test(update.state.sliceDoc(0, update.state.selection.main.head))) setTimeout(() => startCompletion(update.view))
    }),
    EditorView.contentAttributes.of({
      'aria-label': 'Query',
      'aria-multiline': 'false',
      spellcheck: 'false',
      autocorrect: 'off',
      autocapitalize: 'off',
    }),
    placeholder(QUERY_HINT),
    autocompletion({ override: [(context) => complete(context, latest.current)], icons: false, closeOnBlur: true, defaultKeymap: true }),
    linter(null, { tooltipFilter: (found) => [...found] }),
    colours,
    Prec.highest(
      keymap.of([
        { key: 'Enter', run: (editor) => (hasChosen(editor) ? false : submit(editor)) },
        { key: 'Mod-Enter', run: submit },
        {
          key: 'Escape',
          run: (editor) => {
            if (completionStatus(editor.state)) return false
            editor.contentDOM.blur()
            latest.current.onEscape()
            return true
          },
        },
      ]),
    ),
    keymap.of([...defaultKeymap, ...historyKeymap]),
  ]
}

/** A list of completions is open: Enter is its key. */
const hasChosen = (editor: EditorView): boolean => completionStatus(editor.state) === 'active'

function pasteAsOneLine(event: ClipboardEvent, editor: EditorView): boolean {
  const text = event.clipboardData?.getData('text/plain') ?? ''
  if (!text.includes('\n')) return false
  editor.dispatch(editor.state.replaceSelection(text.trim().replace(/\s*\n\s*/g, ' ')))
  return true
}

async function complete(context: CompletionContext, { names, values }: QueryEditorProps): Promise<CompletionResult | null> {
  const place = completionPlace(context.state.doc.toString(), context.pos)
  if (!place || (!context.explicit && place.kind === 'name' && place.text === '')) return null
  if (place.kind === 'value') {
    const found = await values(place.field, place.text).catch(() => [])
    if (context.aborted || found.length === 0) return null
    return {
      from: place.from,
      to: place.to,
      filter: false,
      options: found.map(({ value, count }) => ({ label: value, detail: String(count), apply: `${quoteTerm(value)} ` })),
    }
  }
  const found = await names().catch(() => [])
  const wanted = place.text.toLowerCase()
  const fitting = found.filter((field) => field.name.toLowerCase().includes(wanted)).slice(0, 40)
  if (context.aborted || fitting.length === 0) return null
  return {
    from: place.from,
    to: place.to,
    filter: false,
    options: fitting.map((field) => ({ label: field.name, detail: field.type, apply: `${quoteTerm(field.name)}:` })),
  }
}

const MARKS = Object.fromEntries(
  ['word', 'phrase', 'field', 'operator', 'value', 'keyword', 'paren'].map((kind) => [kind, Decoration.mark({ class: `hwq-${kind}` })]),
)

const colours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet
    constructor(view: EditorView) {
      this.decorations = decorate(view)
    }
    update(update: ViewUpdate): void {
      if (update.docChanged) this.decorations = decorate(update.view)
    }
  },
  { decorations: (plugin) => plugin.decorations },
)

function decorate(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>()
  for (const token of tokenizeQuery(view.state.doc.toString())) {
    const mark = MARKS[token.kind]
    if (mark) builder.add(token.from, token.to, mark)
  }
  return builder.finish()
}
