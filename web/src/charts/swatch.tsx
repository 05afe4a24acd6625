import type { ReactNode } from 'react'

/** Which line of a chart is meant. */
export function Swatch({ color }: { readonly color: string }): ReactNode {
  return <span style={{ display: 'inline-block', width: 8, height: 8, marginRight: 6, background: color }} />
}
