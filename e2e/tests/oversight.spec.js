// Oversight: the officer's overview leads from every figure to its list; a line manager answers a question about unusual access; a report is
// counted by one person and published by another; the record of processing and the impact assessment are made of what is configured.
import { expect, test } from '@playwright/test'
import { people, signIn } from './unit.js'

test('the officer’s home has something in each box, and each figure leads to its list', async ({ page }) => {
  await signIn(page, people.dataProtectionOfficer)
  await page.getByRole('link', { name: 'Trust', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Overview')
  const tiles = page.locator('.app-tile')
  for (const label of ['requests between agencies wait', 'emergencies wait to be judged', 'questions about unusual access wait', 'refused in the last 30 days']) {
    const tile = tiles.filter({ hasText: label })
    expect(Number((await tile.locator('.app-tile__value').innerText()).replace(',', '')), label).toBeGreaterThan(0)
  }
  const addresses = await page.locator('.app-tile a').evaluateAll((links) => links.map((link) => link.getAttribute('href')))
  for (const address of new Set(addresses)) expect((await page.request.get(address)).status(), address).toBe(200)
  await expect(page.locator('svg').first()).toBeVisible()
})

test('whoever leads a member answers, with no name of anybody who was looked at', async ({ page }) => {
  await signIn(page, people.rotaLead)
  await page.goto('/trust/unusual')
  const question = page.getByRole('listitem').filter({ hasText: 'Far more people than usual' }).getByRole('link', { name: /^Jonah Ferrier/ })
  // The first browser that comes answers; the others find the answer.
  await question.first().click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Was this part of Jonah Ferrier’s work?')
  await expect(page.locator('main')).toContainText('Far more people than usual')
  if (await page.getByRole('button', { name: 'Save answer' }).isVisible()) {
    await page.getByRole('button', { name: 'Save answer' }).click()
    await expect(page.getByRole('alert').first()).toContainText('Select yes or no')
    await page.getByRole('radio', { name: 'No', exact: true }).check()
    await page.getByLabel('How do you know?').fill('He was asked to open six, not sixty')
    await page.getByRole('button', { name: 'Save answer' }).click()
    await expect(page.getByText('The data protection officer is told')).toBeVisible()
  }
  await signIn(page, people.navigator)
  await expect(page.getByText('Jonah Ferrier')).toHaveCount(0)
  await signIn(page, people.dataProtectionOfficer)
  await page.goto('/trust/unusual')
  await question.first().click()
  await expect(page.locator('main')).toContainText('Not part of their work')
})

test('a report is proposed by one and published by another, for everybody', async ({ page }) => {
  const now = new Date()
  const started = Math.floor(now.getUTCMonth() / 3)
  const at = now.getUTCFullYear() * 4 + started - 1 // the quarter before, which is over
  const quarter = `${Math.floor(at / 4)}-q${(at % 4) + 1}`
  await signIn(page, people.dataProtectionOfficer)
  await page.goto('/trust/transparency')
  const count = page.locator(`form[action="/trust/transparency/${quarter}/count"] button`)
  if (await count.isVisible()) await count.click()
  await expect(async () => {
    await page.goto(`/trust/transparency/${quarter}`)
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Transparency report')
  }).toPass({ timeout: 30_000 })
  expect((await page.request.get(`/transparency/${quarter}`)).status()).toBe(404)
  await page.getByRole('button', { name: 'Propose to publish it' }).click()
  await expect(page.getByText('Somebody else reads and publishes it').first()).toBeVisible()
  await expect(page.getByRole('button', { name: 'Publish it for everybody' })).toHaveCount(0)
  await signIn(page, people.projectManager)
  await page.goto(`/trust/transparency/${quarter}`)
  await page.getByRole('button', { name: 'Publish it for everybody' }).click()
  await expect(page.getByText('It is published').first()).toBeVisible()
  await page.context().clearCookies()
  await page.goto('/transparency')
  await page.locator(`a[href="/transparency/${quarter}"]`).click()
  const numbers = await page.locator('td.govuk-table__cell--numeric').allInnerTexts()
  const title = await page.locator('h2', { hasText: 'Agreements to share' }).count()
  expect(title).toBe(1)
  // Agreements are no people; the last table has two of them.
  for (const number of numbers.slice(0, -2)) expect(['1', '2', '3', '4']).not.toContain(number)
})

test('the record and the assessment say what is configured', async ({ page }) => {
  await signIn(page, people.dataProtectionOfficer)
  await page.goto('/trust/processing')
  await expect(page.getByRole('heading', { name: 'Selmarsh Police' })).toBeVisible()
  const record = await (await page.request.get('/trust/processing/record.json')).json()
  expect(record.sha256_of_what_is_configured).toMatch(/^[0-9a-f]{64}$/)
  await page.goto('/trust/assessment')
  await expect(page.getByRole('heading', { name: 'Risks to people’s rights' })).toBeVisible()
  await expect(page.getByText('A child is treated as a suspect').first()).toBeVisible()
  await signIn(page, people.navigator)
  for (const address of ['/trust/processing', '/trust/assessment', '/trust/refusals', '/trust/transparency']) {
    expect((await page.request.get(address)).status(), address).toBe(404)
  }
})
