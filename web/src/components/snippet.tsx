import { Button, Code, Group } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import type { ReactNode } from 'react'
import { useLanguage } from '../i18n/language.tsx'

/** Something to paste elsewhere, with a button that copies it. */
export function Snippet({ children }: { readonly children: string }): ReactNode {
  const { t } = useLanguage()
  const clipboard = useClipboard()
  return (
    <Group gap="xs" align="flex-start" justify="center" maw="100%">
      <Code block maw="100%" style={{ overflowX: 'auto' }} data-snippet="">
        {children}
      </Code>
      <Button size="compact-xs" variant="default" onClick={() => clipboard.copy(children)}>
        {clipboard.copied ? t('copied') : t('copy')}
      </Button>
    </Group>
  )
}
