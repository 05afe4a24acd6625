import { Alert, Button, Center, Loader, Stack, Text } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ApiError } from '../api/client.ts'
import { useLanguage } from '../i18n/language.tsx'
import { Snippet } from './snippet.tsx'

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
  const status = query.error instanceof ApiError ? query.error.status : undefined
  // Asking the same again does not make a wrong question right.
  const mayHelp = status === undefined || status === 0 || status >= 500
  return (
    <Alert color="red" title={status === 0 ? t('failed') : query.error.message}>
      {mayHelp && (
        <Button size="xs" variant="outline" color="red" onClick={() => void query.refetch()}>
          {t('retry')}
        </Button>
      )}
    </Alert>
  )
}

export interface EmptyProps {
  readonly title: string
  readonly hint?: string
  /** What somebody can copy to fill the place. */
  readonly snippet?: string
}

export function Empty({ title, hint, snippet }: EmptyProps): ReactNode {
  return (
    <Center p="xl">
      <Stack gap="xs" align="center" maw="100%">
        <Text fw={600}>{title}</Text>
        {hint !== undefined && (
          <Text c="dimmed" size="sm" ta="center" maw={520}>
            {hint}
          </Text>
        )}
        {snippet !== undefined && <Snippet>{snippet}</Snippet>}
      </Stack>
    </Center>
  )
}
