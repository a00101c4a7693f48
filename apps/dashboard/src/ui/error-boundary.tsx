import { Component, type ReactNode } from 'react'
import { ErrorState } from './states.tsx'

/** Keeps a defect of one page from taking the frame along. A new `resetKey` tries again. */
export class ErrorBoundary extends Component<{ children: ReactNode; resetKey: string }, { error: unknown; resetKey: string }> {
  override state: { error: unknown; resetKey: string } = { error: undefined, resetKey: this.props.resetKey }

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error }
  }

  static getDerivedStateFromProps(props: { resetKey: string }, state: { resetKey: string }): { error: undefined; resetKey: string } | null {
    return props.resetKey === state.resetKey ? null : { error: undefined, resetKey: props.resetKey }
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children
    return <ErrorState title="This page broke" error={this.state.error} onRetry={() => this.setState({ error: undefined })} />
  }
}
