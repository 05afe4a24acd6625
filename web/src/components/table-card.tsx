import { Card, Table, type TableProps, Title } from '@mantine/core'
import type { ReactNode } from 'react'

export interface TableCardProps extends TableProps {
  /** Above the card. */
  readonly title?: string
  /** Names the part of the page. */
  readonly section?: string
  /** What a narrow window scrolls sideways instead of squeezing, in pixels. */
  readonly minWidth: number
  /** Within the card, under the table. */
  readonly below?: ReactNode
}

/** A table in its card, as every page has them. */
export function TableCard({ title, section, minWidth, below, children, ...table }: TableCardProps): ReactNode {
  return (
    <section data-section={section}>
      {title !== undefined && (
        <Title order={4} mb="xs">
          {title}
        </Title>
      )}
      <Card withBorder padding={0} radius="md">
        <Table.ScrollContainer minWidth={minWidth} type="native">
          <Table fz="sm" verticalSpacing={6} style={{ whiteSpace: 'nowrap' }} {...table}>
            {children}
          </Table>
        </Table.ScrollContainer>
        {below}
      </Card>
    </section>
  )
}
