'use client'

// A client bundle that meets the package by accident must still build and run.
import { withHeartwood } from '@heartwood/node/nextjs'
import { useState } from 'react'

export function Counter() {
  const [count, setCount] = useState(0)
  return (
    <button type="button" onClick={() => setCount(count + 1)}>
      {typeof withHeartwood} {count}
    </button>
  )
}
