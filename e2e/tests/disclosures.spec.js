// Disclosures in the browser: a look is in the register; a file takes two people and a key; a notice is acknowledged. With and without JavaScript.
import { expect, test } from '@playwright/test'
import { people, signIn, someoneExcluded } from './unit.js'

const maker = 'Leon Baptiste'
const school = 'Selmarsh Council education service'

/** Looks somebody up by their pupil number and opens their page; gives its address. */
async function open(page, someone, purpose) {
  await page.goto('/people')
  await page.getByLabel('Safeguarding a child or a vulnerable adult').check()
  await page.getByLabel('unique pupil number').fill(someone.upn)
  await page.getByRole('button', { name: 'Find' }).click()
  const href = await page.locator('main a[href^="/people/0"]').first().getAttribute('href')
  await page.goto(href)
  await page.getByLabel(purpose).check()
  await page.getByRole('button').filter({ hasText: /open|show|continue/i }).first().click()
  return href
}

test('what a navigator is shown is in the register, under its agreement, and names nobody', async ({ page }) => {
  const someone = someoneExcluded(2)
  await signIn(page, people.navigator)
  await open(page, someone, 'Safeguarding a child or a vulnerable adult')
  await expect(page.getByRole('heading', { name: 'Who knows this person' })).toBeVisible()
  await signIn(page, people.dataProtectionOfficer)
  await page.goto('/trust/disclosures?purpose=safeguarding')
  const row = page.getByRole('row').filter({ hasText: 'Turnaround Navigators' }).filter({ hasText: school }).first()
  await expect(row).toContainText('Under the agreement “School exclusions at reachable moments”')
  await expect(page.locator('main')).not.toContainText(someone.family)
  await row.getByRole('link').click()
  await expect(page.locator('main')).toContainText('Reference of the permit')
  await expect(page.locator('main')).toContainText(people.navigator)
  await expect(page.locator('main')).not.toContainText(someone.family)
})

test('the register is for those who answer for it', async ({ page }) => {
  for (const name of [people.navigator, people.analyst, people.projectManager, people.administrator]) {
    await signIn(page, name)
    expect((await page.goto('/trust/disclosures')).status(), name).toBe(404)
  }
})

test('the demonstration’s file: its recipient alone fetches it, and says that it came', async ({ page }, info) => {
  await signIn(page, maker)
  await page.goto('/trust/files')
  const made = page.getByRole('listitem').filter({ hasText: people.youthWorker })
  await made.getByRole('link').first().click()
  const address = page.url()
  await expect(page.locator('main')).toContainText('Nadia Hassan')
  await expect(page.getByRole('button', { name: 'Fetch the file' })).toHaveCount(0)
  await signIn(page, people.navigator)
  expect((await page.goto(address)).status()).toBe(404)
  await signIn(page, people.youthWorker)
  await page.goto(address)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Fetch the file' }).click()])
  expect(download.suggestedFilename()).toMatch(/^alongside-.*\.zip\.age$/)
  if (info.project.name !== 'desktop') return
  await page.goto(address)
  const came = page.getByRole('button', { name: 'It came, and I could open it' })
  if (await came.count()) await came.click()
  await expect(page.locator('main')).toContainText('Received')
})

test('a private key is refused and not shown again', async ({ page }) => {
  await signIn(page, people.socialWorker)
  await page.goto('/account')
  await page.getByRole('link', { name: 'Change Key for files' }).click()
  const secret = 'AGE-SECRET-KEY-1NOTAREALONE'
  await page.getByLabel('Public key').fill(secret)
  await page.getByRole('button', { name: 'Register key' }).click()
  await expect(page.locator('.govuk-error-summary')).toContainText('This is a private key')
  await expect(page.locator('body')).not.toContainText(secret)
})

test('a notice names nobody and is acknowledged with what was done', async ({ page }, info) => {
  await signIn(page, people.navigator)
  await page.goto('/trust/notices')
  const waiting = page.getByRole('listitem').filter({ hasText: 'it was corrected' }).first()
  await expect(waiting).toBeVisible()
  await waiting.getByRole('link').first().click()
  await expect(page.locator('main')).toContainText('Reference of the disclosure')
  if (info.project.name !== 'desktop') return
  const button = page.getByRole('button', { name: 'Acknowledge' })
  if (!(await button.count())) return
  await button.click()
  await expect(page.locator('.govuk-error-summary')).toContainText('Select what was done with copies')
  await page.getByLabel('We kept no copy outside Alongside').check()
  await page.getByRole('button', { name: 'Acknowledge' }).click()
  await expect(page.getByText('You have acknowledged the notice')).toBeVisible()
})
