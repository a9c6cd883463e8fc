// The journey of issue 4: a data protection officer answers a subject access request, from its receipt to the files and the child's own
// page; a second officer approves; nobody else finds it. With and without JavaScript.
import { expect, test } from '@playwright/test'
import { people, signIn, someoneExcluded } from './unit.js'

const second = 'Martin Keogh'

test('a data protection officer answers a subject access request', async ({ page }, info) => {
  test.setTimeout(180_000)
  const someone = someoneExcluded(info.project.name === 'no-script' ? 5 : 4)
  await signIn(page, people.dataProtectionOfficer)
  await page.goto('/people')
  await page.getByLabel('Answering a person’s own request').check()
  await page.getByLabel('unique pupil number').fill(someone.upn)
  await page.getByRole('button', { name: 'Find' }).click()
  await page.getByRole('link', { name: 'Record a request of theirs' }).first().click()

  await page.getByRole('button', { name: 'Record it' }).click()
  await expect(page.locator('.govuk-error-summary')).toContainText('Select what they ask')
  await page.getByLabel('See what is held').check()
  await page.getByLabel('The person themselves').check()
  await page.getByLabel('Not yet').check()
  await page.getByLabel('UK GDPR and law enforcement rules').check()
  const asked = `Everything that you have about me (${Date.now()}).`
  await page.getByLabel('What they ask, in their words').fill(asked)
  await page.getByRole('button', { name: 'Record it' }).click()
  await expect(page.getByText('The request is recorded, and its clock runs')).toBeVisible()
  await expect(page.locator('main')).toContainText(/\d+ days left/)
  const request = page.url()
  expect(request).not.toContain(someone.upn)

  await page.getByRole('button', { name: 'I have asked who they are' }).click()
  await expect(page.locator('main')).toContainText('Paused: until they show who they are')
  await page.getByRole('button', { name: 'They have shown who they are' }).click()
  await expect(page.locator('main')).toContainText(/\d+ days left/)

  await page.getByRole('button', { name: 'Find everything', exact: true }).click()
  await expect(page.getByText('Everything that is held about them was found')).toBeVisible()
  await expect(page.locator('main')).toContainText('School exclusions and suspensions')
  await expect(page.locator('main')).toContainText(new RegExp(someone.family, 'i'))

  // Every suggestion is decided by hand: alike ones together, the rest one by one.
  for (let rounds = 0; rounds < 40; rounds += 1) {
    await page.goto(`${request}/review?show=undecided`)
    const alike = page.locator('details').filter({ hasText: 'suggestions alike' })
    if (await alike.count()) {
      await alike.first().locator('summary').click()
      await alike.first().getByLabel('Why are they left out?').fill('The same is given elsewhere, or is about somebody else')
      await alike.first().getByRole('button', { name: 'Leave all of them out' }).click()
      continue
    }
    const open = page.locator('.govuk-summary-card')
    if (!(await open.count())) break
    for (const select of await page.locator('select[name^="m-"]').all()) {
      if ((await select.inputValue()) === '') await select.selectOption('show')
    }
    await page.getByRole('button', { name: 'Save this page' }).click()
    await expect(page.getByText('Your decisions are kept')).toBeVisible()
  }

  // One entry is left out by hand, with a ground and why.
  await page.goto(`${request}/review`)
  const card = page.locator('.govuk-summary-card').first()
  await card.locator('summary').click()
  await card.getByLabel('Which?').selectOption({ index: 2 })
  await card.getByLabel('On which ground?').selectOption({ index: 1 })
  await page.getByRole('button', { name: 'Save this page' }).click()
  await expect(page.locator('.govuk-error-summary')).toContainText('Say why something of entry')
  await page.locator('.govuk-summary-card').first().getByLabel(/^Why is something of entry/).fill('It names a friend')
  await page.getByRole('button', { name: 'Save this page' }).click()
  await expect(page.getByText('Your decisions are kept')).toBeVisible()

  await page.goto(request)
  await page.getByRole('button', { name: 'Give it to a second person' }).click()
  await page.getByRole('button', { name: 'Look at it as the second person' }).click()
  await expect(page.locator('main')).toContainText('nobody approves their own')

  await signIn(page, second)
  await page.goto(`${request}/second`)
  await expect(page.locator('main')).toContainText('It names a friend')
  await page.getByRole('button', { name: 'Approve, and make the files' }).click()
  await expect(page.getByText('The answer is approved')).toBeVisible()

  await signIn(page, people.dataProtectionOfficer)
  await page.goto(request)
  for (const [button, name, start] of [['PDF', 'answer.pdf', '%PDF-1.7'], ['JSON', 'answer.json', '{']]) {
    const waits = page.waitForEvent('download')
    await page.getByRole('button', { name: `(${button})` }).click()
    const file = await waits
    expect(file.suggestedFilename()).toBe(name)
    const bytes = []
    for await (const part of await file.createReadStream()) bytes.push(part)
    const text = Buffer.concat(bytes).toString('latin1')
    expect(text.startsWith(start)).toBe(true)
    if (button === 'JSON') expect(JSON.parse(Buffer.concat(bytes).toString('utf8')).held.length).toBeGreaterThan(3)
  }
  await page.getByRole('link', { name: 'The letter' }).first().click()
  await expect(page.locator('main')).toContainText('You can complain to the Information Commissioner')
  await page.goto(`${request}/mine`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('What we hold about you')
  await expect(page.locator('main')).toContainText('Selmarsh Council education service')

  await page.goto(request)
  await page.getByLabel('Handed over, and talked through').check()
  await page.getByRole('button', { name: 'It was given' }).click()
  await expect(page.getByText('The answer was given, and the request is closed')).toBeVisible()
  await expect(page.locator('main')).toContainText('Closed')

  for (const name of [people.dataOwner, people.socialWorker, people.administrator]) {
    await signIn(page, name)
    expect((await page.goto(request)).status()).toBe(404)
  }
})

test('anybody may read how to ask, at nine years of age', async ({ page }) => {
  await page.context().clearCookies()
  expect((await page.goto('/your-information')).status()).toBe(200)
  await expect(page.getByRole('heading', { name: 'How do you ask?' })).toBeVisible()
})
