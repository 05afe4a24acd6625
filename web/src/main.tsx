import '@mantine/core/styles/baseline.css'
import '@mantine/core/styles/default-css-variables.css'
import '@mantine/core/styles/global.css'
import './styles.ts'
import 'uplot/dist/uPlot.min.css'
import './charts/time-series.css'
import { createTheme, MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import { App } from './app.tsx'
import { BASE_PATH } from './base.ts'
import { RangeProvider } from './components/time-range.tsx'
import { LanguageProvider } from './i18n/language.tsx'
import { addressOfHash } from './links.ts'

const theme = createTheme({
  primaryColor: 'cyan',
  fontFamily: "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
})

const queries = new QueryClient({ defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false } } })

/** Links in notifications hold the page behind a hash. */
function followHash(): void {
  const address = addressOfHash(window.location.hash)
  if (address !== undefined) window.history.replaceState(null, '', BASE_PATH + address)
}
followHash()
window.addEventListener('hashchange', followHash)

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <LanguageProvider>
          <Router base={BASE_PATH}>
            <RangeProvider>
              <App />
            </RangeProvider>
          </Router>
        </LanguageProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
