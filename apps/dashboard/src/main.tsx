import './strict-policy.ts'
import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import './ui/mantine.css'
import './ui/global.css'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { SESSION_KEY } from './features/session/session-api.ts'
import { ApiProvider, createPageClient, isSignedOut, toProblem } from './lib/api.tsx'
import { createPageRouter } from './routes/router.tsx'
import { cssVariables, theme } from './ui/theme.ts'
import { ToastProvider } from './ui/toasts.tsx'

const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 15_000, refetchOnWindowFocus: false, retry: (count, error) => count < 1 && toProblem(error).temporary, retryDelay: 600 },
  },
  queryCache: new QueryCache({
    onError: (error) => {
      if (isSignedOut(error)) void queryClient.invalidateQueries({ queryKey: SESSION_KEY })
    },
  }),
})
const router = createPageRouter(queryClient)
const root = document.getElementById('root')

if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        defaultColorScheme="auto"
        colorSchemeManager={localStorageColorSchemeManager({ key: 'heartwood.theme' })}
      >
        <QueryClientProvider client={queryClient}>
          <ApiProvider client={createPageClient()}>
            <ToastProvider>
              <RouterProvider router={router} />
            </ToastProvider>
          </ApiProvider>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
