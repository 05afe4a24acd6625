import { Badge, Card, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { FollowedFileStatus } from '../../../src/api/types.ts'
import { fetchFiles } from '../api/tetrascope.ts'
import { useLanguage } from '../i18n/language.tsx'

/** How far each followed file was read, with the newest line that was not taken. Nothing when no file is followed. */
export function FollowedFiles(): ReactNode {
  const { t } = useLanguage()
  const files = useQuery({
    queryKey: ['files'],
    queryFn: ({ signal }) => fetchFiles(signal),
    refetchInterval: 5_000,
  })
  const list = files.data?.files ?? []
  if (list.length === 0) return null
  return (
    <Card withBorder padding={0} radius="md">
      <Table fz="sm" data-table="files">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('followedFiles')}</Table.Th>
            <Table.Th ta="right">{t('lines')}</Table.Th>
            <Table.Th ta="right">{t('notTaken')}</Table.Th>
            <Table.Th ta="right">{t('unreadBytes')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {list.map((file) => (
            <FileRow key={`${file.path} ${file.isRotated}`} file={file} />
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  )
}

function FileRow({ file }: { readonly file: FollowedFileStatus }): ReactNode {
  const { t } = useLanguage()
  return (
    <Table.Tr>
      <Table.Td>
        {file.path}{' '}
        {file.isRotated && (
          <Badge size="xs" variant="light" color="gray">
            {t('rotatedFile')}
          </Badge>
        )}
        {file.problem !== null && (
          <Text size="xs" c="red" style={{ overflowWrap: 'anywhere' }}>
            {file.problem.offset}: {file.problem.error}
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right">{file.lines}</Table.Td>
      <Table.Td ta="right">{file.rejected}</Table.Td>
      <Table.Td ta="right">{file.unreadBytes}</Table.Td>
    </Table.Tr>
  )
}
