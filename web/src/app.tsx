import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  NavLink,
  SegmentedControl,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useEffect, type ReactNode } from 'react'
import { Link, Route, Switch, useLocation } from 'wouter'
import { Empty } from './components/loaded.tsx'
import { FixedRangeNote, RangeSelect } from './components/time-range.tsx'
import type { TextKey } from './i18n/dictionary.ts'
import { useLanguage } from './i18n/language.tsx'
import { AlertsPage } from './pages/alerts.tsx'
import { ComparePage } from './pages/compare.tsx'
import { CostPage } from './pages/cost.tsx'
import { DriftPage } from './pages/drift.tsx'
import { LogsPage } from './pages/logs.tsx'
import { OverviewPage } from './pages/overview.tsx'
import { QualityPage } from './pages/quality.tsx'
import { QueryPage } from './pages/query.tsx'
import { RequestDetailPage } from './pages/request-detail.tsx'
import { RequestsPage } from './pages/requests.tsx'
import { TargetsPage } from './pages/targets.tsx'

const PAGES: ReadonlyArray<readonly [path: string, name: TextKey]> = [
  ['/', 'overview'],
  ['/requests', 'requests'],
  ['/quality', 'quality'],
  ['/drift', 'drift'],
  ['/cost', 'cost'],
  ['/alerts', 'alerts'],
  ['/logs', 'logs'],
  ['/targets', 'targets'],
  ['/query', 'query'],
]

export function App(): ReactNode {
  const [opened, { toggle, close }] = useDisclosure()
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 168, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" />
            <img src="./favicon.svg" width={22} height={22} alt="" />
            <Text fw={700} visibleFrom="xs">
              Tetrascope
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <RangeSelect />
            <LanguageSwitch />
            <SchemeSwitch />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <Navigation onNavigate={close} />
      </AppShell.Navbar>
      <AppShell.Main>
        <FixedRangeNote />
        <Switch>
          <Route path="/" component={OverviewPage} />
          <Route path="/requests" component={RequestsPage} />
          <Route path="/requests/compare" component={ComparePage} />
          <Route path="/requests/:traceId/:spanId">
            {({ traceId, spanId }) => <RequestDetailPage traceId={traceId} spanId={spanId} />}
          </Route>
          <Route path="/quality" component={QualityPage} />
          <Route path="/drift" component={DriftPage} />
          <Route path="/cost" component={CostPage} />
          <Route path="/alerts" component={AlertsPage} />
          <Route path="/logs" component={LogsPage} />
          <Route path="/targets" component={TargetsPage} />
          <Route path="/query" component={QueryPage} />
          <Route path="/graph" component={QueryPage} />
          <Route component={NotFound} />
        </Switch>
      </AppShell.Main>
    </AppShell>
  )
}

function NotFound(): ReactNode {
  const { t } = useLanguage()
  return <Empty title={t('notFound')} />
}

function Navigation({ onNavigate }: { readonly onNavigate: () => void }): ReactNode {
  const { t } = useLanguage()
  const [location] = useLocation()
  const here = PAGES.findLast(([path]) => location === path || (path !== '/' && location.startsWith(path)))
  useEffect(() => {
    document.title = here === undefined ? 'Tetrascope' : `${t(here[1])} · Tetrascope`
  }, [here, t])
  return PAGES.map(([path, name]) => (
    <NavLink
      key={path}
      component={Link}
      href={path}
      label={t(name)}
      active={path === here?.[0]}
      onClick={onNavigate}
      style={{ borderRadius: 6 }}
    />
  ))
}

function LanguageSwitch(): ReactNode {
  const { language, setLanguage, t } = useLanguage()
  return (
    <SegmentedControl
      aria-label={t('language')}
      size="xs"
      value={language}
      onChange={setLanguage}
      data={[
        { value: 'en', label: 'EN' },
        { value: 'zh', label: '中文' },
      ]}
    />
  )
}

function SchemeSwitch(): ReactNode {
  const { t } = useLanguage()
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light')
  return (
    <ActionIcon
      variant="default"
      aria-label={t('lightDark')}
      onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}
    >
      {scheme === 'dark' ? '☀' : '☾'}
    </ActionIcon>
  )
}
