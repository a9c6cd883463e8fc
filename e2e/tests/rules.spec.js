// The rules of sharing in the browser: whoever is unsure asks them; a change is proposed by one and approved by two of other agencies, who
// see what it would have decided otherwise.
import { expect, test } from '@playwright/test'
import { axe, faultsOf, people, signIn } from './unit.js'

async function isWellMade(page) {
  expect.soft(await axe(page), page.url()).toEqual([])
  expect.soft(await faultsOf(page), page.url()).toEqual([])
}

test('may I share this? is answered with the rule, for every member', async ({ page }) => {
  await signIn(page, people.navigator)
  await page.goto('/trust/may-i-share')
  await isWellMade(page)
  await page.getByRole('button', { name: 'Show the answer' }).click()
  await expect(page.getByRole('link', { name: 'Choose who holds it' })).toBeVisible()
  await page.getByLabel('Who holds it?').selectOption('NHS or another health body')
  await page.getByLabel('What is it?').selectOption('A&E navigator notifications')
  await page.getByLabel('Who needs it?').selectOption('Police')
  await page.getByLabel('What for?').selectOption('Preventing crime and disorder')
  await page.getByLabel('As agreed between the agencies, again and again').check()
  await page.getByRole('button', { name: 'Show the answer' }).click()
  await expect(page.getByRole('heading', { name: 'The rules do not permit it' })).toBeVisible()
  await expect(page.getByText('It is never used to prevent crime')).toBeVisible()
  await isWellMade(page)
  await page.getByLabel('What for?').selectOption('Safeguarding a child or a vulnerable adult')
  await page.getByLabel('Somebody is in danger now').check()
  await page.getByRole('button', { name: 'Show the answer' }).click()
  await expect(page.getByRole('heading', { name: 'Give what protects them, now' })).toBeVisible()
})

test('a change of the rules needs two others, of two agencies', async ({ page }) => {
  // A proposal is held against every kind of sharing, which takes a program without optimisation some seconds.
  test.setTimeout(180_000)
  const looked = { timeout: 60_000 }
  await signIn(page, people.dataProtectionOfficer)
  await page.goto('/trust/rules')
  await expect(page.getByText('Police, Crime, Sentencing and Courts Act 2022 section 16.').first()).toBeVisible()
  await isWellMade(page)
  await page.getByRole('button', { name: 'Propose a change' }).click()
  await isWellMade(page)
  const file = page.getByLabel('10-help.cedar')
  const asText = page.locator('summary', { hasText: 'Edit as text: Help' })
  await asText.click()
  await file.fill((await file.inputValue()).replace('"rota_lead"', '"rota_lead", "no_such_duty" +'))
  await page.getByLabel('What is the change for?').fill('A try')
  await page.getByRole('button', { name: 'Propose it' }).click()
  await expect(page.getByText(/10-help\.cedar: /).first()).toBeVisible()
  await page.goto('/trust/rules/change')
  await asText.click()
  await file.fill((await file.inputValue()).replace('"navigator", "youth_worker", "social_worker"', '"navigator", "youth_worker"'))
  await page.getByLabel('What is the change for?').fill('Social care uses its own system')
  await page.getByRole('button', { name: 'Propose it' }).click()
  await expect(page.getByText('The change was proposed')).toBeVisible(looked)
  await expect(page.getByRole('heading', { name: 'What it would have decided otherwise' })).toBeVisible()
  expect.soft(await axe(page)).toEqual([])
  const version = page.url()
  await page.getByRole('button', { name: 'Approve this change' }).click()
  await expect(page.getByText('two others must approve it')).toBeVisible(looked)

  await signIn(page, people.schoolsDataOwner)
  await page.goto(version, looked)
  await page.getByRole('button', { name: 'Approve this change' }).click()
  await expect(page.getByText('Somebody of another agency must approve it too')).toBeVisible(looked)
  await expect(page.getByRole('button', { name: 'Withdraw it' })).toHaveCount(0)
  await signIn(page, people.dataProtectionOfficer)
  await page.goto(version, looked)
  await page.getByRole('button', { name: 'Withdraw it' }).click()
  await expect(page.getByText('The rules stay as they are')).toBeVisible(looked)

  await signIn(page, people.navigator)
  expect((await page.request.get(version)).status(), 'whoever does not answer for the data').toBe(404)
})
