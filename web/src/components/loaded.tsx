import { Alert, Button, Center, Loader, Stack, Text } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ApiError } from '../api/client.ts'
import { useLanguage } from '../i18n/language.tsx'

export interface LoadedProps<T> {
  readonly query: UseQueryResult<T>
  readonly children: (data: T) => ReactNode
}

/** Shows data when it is there; before that a loader, and an error with what the server said. Old data stays in sight while new data comes. */
export function Loaded<T>({ query, children }: LoadedProps<T>): ReactNode {
  const { t } = useLanguage()
  if (query.data !== undefined) return children(query.data)
  if (query.error === null) {
    return (
      <Center p="xl">
        <Loader size="sm" aria-label={t('loading')} />
      </Center>
    )
  }
  const silent = query.error instanceof ApiError && query.error.status === 0
  return (
    <Alert color="red" title={silent ? t('failed') : query.error.message}>
      <Button size="xs" variant="light" color="red" onClick={() => void query.refetch()}>
        {t('retry')}
      </Button>
    </Alert>
  )
}

export function Empty({ title, hint }: { readonly title: string; readonly hint?: string }): ReactNode {
  return (
    <Center p="xl">
      <Stack gap={4} align="center">
        <Text fw={600}>{title}</Text>
        {hint !== undefined && (
          <Text c="dimmed" size="sm" ta="center" maw={520}>
            {hint}
          </Text>
        )}
      </Stack>
    </Center>
  )
}
