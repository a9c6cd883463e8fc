// An agreement's life in the browser: a data owner signs, the data protection officer activates; and a partner stops sharing, so that the
// next click is refused and says what to do.
import { expect, test } from '@playwright/test'
import { axe, faultsOf, firstMoment, openMoment, people, signIn } from './unit.js'

const educationsOwner = 'Leon Baptiste'
const help = 'Help for young people at reachable moments'

async function openAgreement(page, title) {
  await page.goto('/trust/agreements')
  await page.getByRole('link', { name: title }).first().click()
  await expect(page.getByRole('heading', { name: title })).toBeVisible()
}

async function take(page, button, fields = {}) {
  // What stops an agreement is a link at the foot; every other step is a button.
  const way = page.getByRole('button', { name: button, exact: true }).or(page.getByRole('link', { name: button, exact: true }))
  await way.click()
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label).fill(text)
  expect(await axe(page)).toEqual([])
  expect(await faultsOf(page)).toEqual([])
  await page.getByRole('button', { name: button, exact: true }).click()
}

test('every page of agreements is well made, for whoever may see it', async ({ page }) => {
  await signIn(page, people.dataProtectionOfficer)
  await openAgreement(page, 'Safer journeys to school')
  const draft = page.url()
  for (const path of ['/trust/agreements', '/trust/agreements/map', '/trust/agreements/new', draft,
    ...['parties', 'data', 'purposes', 'fields', 'law', 'conditions'].map((part) => `${draft}/draft/${part}`)]) {
    await page.goto(path)
    expect.soft(await axe(page), path).toEqual([])
    expect.soft(await faultsOf(page), path).toEqual([])
  }
  await page.goto('/trust/agreements/map')
  await expect(page.getByRole('heading', { name: 'What falls silent in the next 90 days' })).toBeVisible()
  await expect(page.getByText('unless it is reviewed before')).toBeVisible()
})

test('the last data owner signs, and only then the data protection officer activates', async ({ page }, { project }) => {
  test.skip(project.name !== 'desktop', 'there is one proposal, and it can be signed once')
  await signIn(page, people.dataProtectionOfficer)
  await openAgreement(page, 'Safer journeys to school')
  const address = page.url()
  await expect(page.getByRole('button', { name: 'Activate' })).toHaveCount(0)
  await page.goto(`${address}/step/activated`)
  await expect(page.getByText('Not every party has approved it yet')).toBeVisible()

  await signIn(page, educationsOwner)
  await page.getByRole('link', { name: 'agreement waits for you' }).click()
  await page.getByRole('link', { name: 'Safer journeys to school' }).click()
  await take(page, 'Approve', { 'In which role do you sign?': 'Head of data' })
  await expect(page.getByText('The data protection officer can activate it now')).toBeVisible()
  await page.goto(`${address}/step/approved`)
  await expect(page.getByText(/This was done already: approved by Leon Baptiste/)).toBeVisible()

  await signIn(page, people.administrator)
  expect((await page.request.get(`${address}/step/activated`)).status(), 'who drafted it').toBe(404)
  await signIn(page, people.navigator)
  expect((await page.request.get(address)).status(), 'whoever has no such duty').toBe(404)

  await signIn(page, people.dataProtectionOfficer)
  await page.goto(address)
  await take(page, 'Activate')
  await expect(page.getByText(/^It permits nothing now, because it has not started/)).toBeVisible()
  await expect(page.getByRole('row', { name: /Leon Baptiste Head of data/ })).toBeVisible()
})

test('an agreement is suspended, and the next click is refused with the way forward', async ({ page, browser }, { project }) => {
  test.skip(project.name !== 'desktop', 'nobody else can work meanwhile')
  await signIn(page, people.navigator)
  const moment = await firstMoment(page)
  await openMoment(page, moment)

  const elsewhere = await (await browser.newContext()).newPage()
  await signIn(elsewhere, people.dataProtectionOfficer)
  await openAgreement(elsewhere, help)
  await take(elsewhere, 'Suspend', { 'Why?': 'A laptop was lost at a partner.' })
  try {
    await page.reload()
    await expect(page.getByText('is suspended')).toBeVisible()
    await expect(page.getByText('what you wrote here is kept')).toBeVisible()
    expect(await axe(page)).toEqual([])
    await page.goto('/trust/agreements')
    await page.getByRole('link', { name: help }).click()
    await expect(page.getByText('A laptop was lost at a partner.').first()).toBeVisible()
    await expect(page.getByText('data protection officer resumes it')).toBeVisible()
  } finally {
    await take(elsewhere, 'Resume', { 'Why?': 'The laptop was found.' })
  }
  await page.goto(moment)
  await expect(page.getByRole('heading', { name: 'What happened' })).toBeVisible()
})
