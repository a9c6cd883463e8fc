// The browser tests: Debian's Chromium, at desktop and phone width, with and without JavaScript, against a unit that `alongside demo`
// makes for this run. $ALONGSIDE_PROGRAM and $CHROMIUM are set by scripts/browser-tests.
import { defineConfig } from '@playwright/test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const program = process.env.ALONGSIDE_PROGRAM
const chromium = process.env.CHROMIUM
if (!program) throw new Error('Run scripts/browser-tests, which builds the program and sets $ALONGSIDE_PROGRAM')
if (!chromium) throw new Error('Chromium is missing: apt-get install chromium, or set $CHROMIUM')

const port = process.env.ALONGSIDE_E2E_PORT ?? '18080'
// Playwright loads this file in every worker: the first one makes the directory, the others are told of it.
process.env.ALONGSIDE_E2E_DIR ??= mkdtempSync(join(tmpdir(), 'alongside-e2e-'))
const directory = process.env.ALONGSIDE_E2E_DIR

const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--lang=en-GB']

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  fullyParallel: false,
  workers: 1,
  forbidOnly: true,
  timeout: 60_000,
  reporter: [['list']],
  use: {
    baseURL: `http://localhost:${port}`,
    launchOptions: { executablePath: chromium, args: quiet },
    locale: 'en-GB',
    timezoneId: 'Europe/London',
  },
  webServer: {
    command: `"${program}" demo --dir "${directory}" --people 8000 --seed 11`,
    env: { ALONGSIDE_LOG: 'warn', ALONGSIDE_SERVER__LISTEN: `127.0.0.1:${port}`, ALONGSIDE_SERVER__PUBLIC_URL: `http://localhost:${port}` },
    url: `http://localhost:${port}/sign-in`,
    timeout: 300_000,
    reuseExistingServer: false,
    stdout: 'pipe',
  },
  projects: [
    { name: 'desktop', testIgnore: /screenshots/, use: { viewport: { width: 1280, height: 900 } } },
    { name: 'phone', testMatch: /pages|navigator/, use: { viewport: { width: 360, height: 740 }, hasTouch: true } },
    { name: 'no-script', testMatch: /journey|pages/, use: { viewport: { width: 1280, height: 900 }, javaScriptEnabled: false } },
    { name: 'screenshots', testMatch: /screenshots/, use: { viewport: { width: 1280, height: 900 } } },
  ],
})
