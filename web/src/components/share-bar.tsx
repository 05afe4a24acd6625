import type { ReactNode } from 'react'

/** A share from 0 to 1 as a bar; what is over 1 fills it. */
export function ShareBar({ share, color }: { readonly share: number; readonly color?: string }): ReactNode {
  return (
    <div style={{ height: 4, width: '100%', minWidth: 40, background: 'var(--mantine-color-default-border)' }}>
      <div
        style={{
          height: 4,
          width: `${100 * Math.min(1, Math.max(0, share))}%`,
          background:
            color === undefined ? 'var(--mantine-primary-color-filled)' : `var(--mantine-color-${color}-filled)`,
        }}
      />
    </div>
  )
}
