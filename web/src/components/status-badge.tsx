import { Badge } from '@mantine/core'
import type { ReactNode } from 'react'
import type { HealthStatus } from '../../../src/api/types.ts'
import { useLanguage } from '../i18n/language.tsx'

export const STATUS_COLOR: Readonly<Record<HealthStatus, string>> = {
  healthy: 'teal',
  warning: 'orange',
  critical: 'red',
  silent: 'gray',
}

export function StatusBadge({
  status,
  size = 'sm',
}: {
  readonly status: HealthStatus
  readonly size?: 'sm' | 'lg'
}): ReactNode {
  const { t } = useLanguage()
  return (
    <Badge
      color={STATUS_COLOR[status]}
      variant={status === 'silent' ? 'outline' : 'light'}
      size={size}
      miw="max-content"
    >
      {t(status)}
    </Badge>
  )
}
