// The journey of issue 4: a social worker finds that a boy is known, asks, the school's data owner decides, the social worker sees; and what
// can't wait is opened, alarmed, justified and judged. With and without JavaScript.
import { expect, test } from '@playwright/test'
import { people, referenceIn, signIn, someoneExcluded } from './unit.js'

const owner = 'Leon Baptiste'
const school = 'Selmarsh Council education service'

/** Finds somebody by their pupil number; gives the row of the answer. */
async function find(page, someone) {
  await page.goto('/people')
  await page.getByLabel('Safeguarding a child or a vulnerable adult').check()
  await page.getByLabel('unique pupil number').fill(someone.upn)
  await page.getByRole('button', { name: 'Find' }).click()
  await expect(page.getByRole('heading', { name: /found$/ })).toBeVisible()
  const address = page.url()
  expect(address).toMatch(/\/people\/found\/[0-9a-f]{32}$/)
  expect(address).not.toContain(someone.upn)
  return page.getByRole('row').filter({ hasText: school })
}

test('a social worker finds that a boy is known, asks, the data owner decides, and the social worker sees', async ({ page }, info) => {
  test.setTimeout(120_000)
  const someone = someoneExcluded(info.project.name === 'no-script' ? 1 : 0)
  await signIn(page, people.socialWorker)
  const row = await find(page, someone)
  await expect(row.first()).toContainText('know')
  await page.reload()
  await expect(row.first()).toBeVisible()
  const found = page.url()

  let clicks = 0
  const click = async (one) => { clicks += 1; await one.click() }
  await click(row.first().getByRole('link', { name: /^Ask / }))
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Ask ${school}`)
  const why = `He says that he must carry something for his safety (${Date.now()}).`
  await page.getByLabel('Why do you need it?').fill(why)
  await click(page.getByRole('button', { name: 'Send request' }))
  expect(clicks).toBe(2)
  await expect(page.getByText('Your request has been sent')).toBeVisible()
  await expect(page.locator('main')).toContainText(/left|escalated/)
  const request = page.url()
  expect(decodeURIComponent(request)).not.toContain('carry')
  await page.goto(found)
  await expect(row.first()).toBeVisible()

  await signIn(page, people.dataOwner) // of the police: neither asked nor was asked
  expect((await page.goto(request)).status()).toBe(404)

  await signIn(page, owner)
  await page.getByRole('link', { name: /requests? to answer/ }).click()
  const asked = page.getByRole('listitem').filter({ hasText: why })
  await expect(asked).toContainText('Ruth Adeyemi')
  await asked.getByRole('link').click()
  await expect(page.locator('main')).toContainText(why)
  await expect(page.getByRole('heading', { name: 'What your agency holds' })).toBeVisible()
  await expect(page.locator('main')).toContainText(new RegExp(someone.family, 'i'))
  await page.getByLabel('Kind of exclusion').check()
  await page.getByLabel('School', { exact: true }).uncheck()
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await expect(page.locator('.govuk-error-summary')).toContainText('Select the power in law on which you share')
  await expect(page.getByLabel('School', { exact: true })).not.toBeChecked()
  await page.getByLabel('Co-operating to safeguard').check()
  await page.getByLabel('7 days').check()
  await page.getByLabel('Ring us before you act on it').check()
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await expect(page.getByText('Your answer has been sent')).toBeVisible()

  await signIn(page, people.socialWorker)
  await page.getByRole('link', { name: /answers? to your requests?/ }).click()
  await page.getByRole('listitem').filter({ hasText: why }).getByRole('link').click()
  await expect(page.getByRole('heading', { name: 'What they show you' })).toBeVisible()
  const shown = page.locator('main')
  await expect(shown).toContainText('Kind of exclusion')
  await expect(shown).toContainText('Ring us before you act on it')
  await expect(shown).toContainText('Children Act 2004 sections 10 and 11')
  await expect(shown.locator('dt').filter({ hasText: /^School$/ })).toHaveCount(0)
  await page.getByRole('button', { name: 'Everything you may see of this person' }).click()
  await expect(page.getByRole('heading', { name: 'Who knows this person' })).toBeVisible()
  await expect(page.locator('main')).toContainText(school)

  await signIn(page, owner)
  await page.goto(request)
  await page.getByRole('button', { name: 'Take it back now' }).click()
  await expect(page.getByText('It has been taken back')).toBeVisible()
  await signIn(page, people.socialWorker)
  await page.goto(request)
  await expect(page.getByRole('heading', { name: 'What they show you' })).toHaveCount(0)
})

test('what cannot wait is opened at once, alarmed, justified and judged', async ({ page }, info) => {
  test.setTimeout(120_000)
  const someone = someoneExcluded(info.project.name === 'no-script' ? 3 : 2)
  await signIn(page, people.socialWorker)
  const row = await find(page, someone)
  await row.first().getByRole('link', { name: /^Somebody is in danger now/ }).click()
  await page.getByRole('button', { name: 'Open these records now' }).click()
  await expect(page.locator('.govuk-error-summary')).toContainText('Select what the danger is')
  await page.getByLabel('A child is missing now').check()
  const why = `Gone since noon with his passport (${Date.now()}).`
  await page.getByLabel('What is happening?').fill(why)
  await page.getByRole('button', { name: 'Open these records now' }).click()
  await expect(page.getByText('were told at once')).toBeVisible()
  await expect(page.locator('main')).toContainText('Kind of exclusion')
  const opened = page.url()

  await signIn(page, owner)
  await page.getByRole('link', { name: 'emergency access to look at' }).click()
  await page.getByRole('listitem').filter({ hasText: 'Acknowledge' }).first().getByRole('link').click()
  await page.getByRole('button', { name: 'I have seen this' }).click()
  await expect(page.getByText('You have acknowledged it')).toBeVisible()
  expect((await page.goto(opened)).status()).toBe(404)

  await signIn(page, people.socialWorker)
  await page.goto(opened)
  await page.getByRole('button', { name: 'Justify it' }).click()
  await page.getByLabel('Say what you did').fill('Rang the school; he was with his aunt.')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Your justification is kept')).toBeVisible()

  await signIn(page, people.dataProtectionOfficer)
  await page.goto(`/trust/emergencies/${referenceIn(opened)}`)
  await expect(page.locator('main')).toContainText('he was with his aunt')
  await page.getByLabel('Proper: it could not wait').check()
  await page.getByLabel('Why?').fill('A missing child.')
  await page.getByRole('button', { name: 'Save judgement' }).click()
  await expect(page.getByText('Your judgement is kept')).toBeVisible()
})

test('an answer that is another’s, or was never given, is no longer kept', async ({ page }) => {
  await signIn(page, people.navigator)
  const answer = await page.goto('/people/found/0123456789abcdef0123456789abcdef')
  expect(answer.status()).toBe(410)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('This answer is no longer kept')
})
