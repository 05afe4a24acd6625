import { Badge, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { fetchTargets, type TargetBody } from '../api/prometheus.ts'
import { formatClock, formatDurationMs } from '../charts/format.ts'
import { FollowedFiles } from '../components/followed-files.tsx'
import { Empty, Loaded } from '../components/loaded.tsx'
import { TableCard } from '../components/table-card.tsx'
import { useLanguage } from '../i18n/language.tsx'
import { SCRAPE_CONFIG } from '../snippets.ts'

const COLOR: Readonly<Record<TargetBody['health'], string>> = { up: 'teal', down: 'red', unknown: 'gray' }

/** Every scraped endpoint, with the reason when its last scrape failed, and the files that are followed. */
export function TargetsPage(): ReactNode {
  const { t } = useLanguage()
  const targets = useQuery({
    queryKey: ['targets'],
    queryFn: ({ signal }) => fetchTargets(signal),
    refetchInterval: 5_000,
  })
  return (
    <Stack>
      <Loaded query={targets}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={t('noTargets')} hint={t('noTargetsHint')} snippet={SCRAPE_CONFIG} />
          ) : (
            <TargetTable targets={list} />
          )
        }
      </Loaded>
      <FollowedFiles />
    </Stack>
  )
}

function TargetTable({ targets }: { readonly targets: readonly TargetBody[] }): ReactNode {
  const { t } = useLanguage()
  return (
    <TableCard minWidth={860} data-table="targets">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('endpoint')}</Table.Th>
          <Table.Th>{t('status')}</Table.Th>
          <Table.Th>{t('labels')}</Table.Th>
          <Table.Th>{t('lastScrape')}</Table.Th>
          <Table.Th ta="right">{t('duration')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {targets.map((target) => (
          <Table.Tr key={target.scrapeUrl + JSON.stringify(target.labels)}>
            <Table.Td>
              {target.scrapeUrl}
              {target.lastError !== '' && (
                <Text size="xs" c="red" style={{ overflowWrap: 'anywhere' }}>
                  {target.lastError}
                </Text>
              )}
            </Table.Td>
            <Table.Td>
              <Badge size="sm" variant="light" color={COLOR[target.health]} miw="max-content">
                {t(target.health)}
              </Badge>
            </Table.Td>
            <Table.Td>
              {Object.entries(target.labels).map(([name, value]) => (
                <Badge key={name} variant="outline" color="gray" size="xs" tt="none" mr={4} miw="max-content">
                  {name}={value}
                </Badge>
              ))}
            </Table.Td>
            <Table.Td>{Date.parse(target.lastScrape) > 0 ? formatClock(Date.parse(target.lastScrape)) : '–'}</Table.Td>
            <Table.Td ta="right">{formatDurationMs(target.lastScrapeDuration * 1000)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </TableCard>
  )
}
