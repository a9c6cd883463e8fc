// Pictures of the main pages at desk and phone width, for people to look at: e2e/screenshots, not kept in git.
import { test } from '@playwright/test'
import { firstMoment, openMoment, people, referenceIn, signIn, someoneExcluded, someoneInCustody } from './unit.js'

const widths = [1280, 360]

async function take(page, name) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    await page.waitForLoadState('networkidle')
    await page.screenshot({ path: `screenshots/${name}-${width}.png`, fullPage: true })
  }
  await page.setViewportSize({ width: 1280, height: 900 })
}

const plain = {
  navigator: { home: '/home', moments: '/moments?show=all', rota: '/rota', referrals: '/referrals?show=sent', people: '/people' },
  rotaLead: { 'home-rota-lead': '/home', 'rota-lead': '/rota' },
  analyst: { 'home-analyst': '/home', pairs: '/links/review', feeds: '/data/feeds', feed: '/data/feeds/custody', deliver: '/data/deliver' },
  projectManager: { 'home-project-manager': '/home' },
  boardMember: { 'home-board': '/home', board: '/board', 'board-how': '/board/how/contact', places: '/places' },
  dataProtectionOfficer: { 'home-dpo': '/home', access: '/trust/access', log: '/trust/log', agreements: '/trust/agreements', account: '/account' },
}

test('pictures of what strangers see', async ({ page }) => {
  for (const [name, address] of [['front', '/'], ['sign-in', '/sign-in'], ['sign-in-demo', '/sign-in/demo']]) {
    await page.goto(address)
    await take(page, name)
  }
})

for (const [duty, pages] of Object.entries(plain)) {
  test(`pictures of what is seen by the ${duty}`, async ({ page }) => {
    test.setTimeout(120_000)
    await signIn(page, people[duty])
    for (const [name, address] of Object.entries(pages)) {
      await page.goto(address)
      await take(page, name)
    }
  })
}

test('pictures of a moment', async ({ page }) => {
  test.setTimeout(120_000)
  await signIn(page, people.navigator)
  const moment = await firstMoment(page)
  await page.goto(moment)
  await take(page, 'moment-purpose')
  await openMoment(page, moment)
  await take(page, 'moment')
  for (const part of ['contact', 'refer', 'stop']) {
    await page.goto(`${moment}/${part}`)
    await take(page, `moment-${part}`)
  }
  await page.goto(`${moment}/contact`)
  await page.getByRole('button', { name: 'Save' }).click()
  await take(page, 'moment-contact-errors')
})

test('pictures of a person, a pair, a delivery and an area', async ({ page }) => {
  test.setTimeout(120_000)
  await signIn(page, people.socialWorker)
  const someone = someoneInCustody()
  await page.goto('/people')
  await page.getByLabel('Protecting a child or a vulnerable adult').check()
  await page.getByLabel('Given name').fill(someone['First Name'])
  await page.getByLabel('Family name').fill(someone.Surname)
  const born = someone['Date of Birth'].split('-')
  for (const [at, part] of ['Day', 'Month', 'Year'].entries()) await page.getByLabel(part).fill(born[at])
  await page.getByRole('button', { name: 'Find' }).click()
  await take(page, 'people-found')
  await page.locator('.govuk-table a[href^="/people/"]').first().click()
  await take(page, 'person-purpose')
  await page.getByRole('radio').nth(1).check()
  await page.getByRole('button', { name: 'Continue' }).click()
  await take(page, 'person')
  await signIn(page, people.analyst)
  await page.goto('/links/review')
  await page.getByRole('link', { name: /^Compare/ }).first().click()
  await page.locator('details summary').first().click()
  await take(page, 'pair')
  await page.goto('/data/feeds/police_events')
  await page.locator('tbody a[href^="/data/uploads/"]').first().click()
  await take(page, 'delivery')
  await page.goto('/places')
  await page.locator('tbody a[href^="/places/"]').first().click()
  await take(page, 'area')
})

test('pictures of asking another agency, and of emergency access', async ({ page }) => {
  test.setTimeout(180_000)
  const find = async (which) => {
    await page.goto('/people')
    await page.getByLabel('Protecting a child or a vulnerable adult').check()
    await page.getByLabel('unique pupil number').fill(someoneExcluded(which).upn)
    await page.getByRole('button', { name: 'Find' }).click()
  }
  await signIn(page, people.socialWorker)
  await find(5)
  await take(page, 'people-pointer')
  await page.getByRole('link', { name: /^Ask them/ }).first().click()
  await take(page, 'ask-new')
  await page.goto('/asks')
  await take(page, 'asks')
  await find(6)
  await page.getByRole('link', { name: /^This cannot wait/ }).first().click()
  await take(page, 'emergency-new')
  await page.getByLabel('A child is missing now').check()
  await page.getByLabel('What is happening?').fill('Gone since noon with his passport.')
  await page.getByRole('button', { name: 'Open these records now' }).click()
  await take(page, 'emergency')
  const opened = referenceIn(page.url())
  await page.getByRole('button', { name: 'Justify it' }).click()
  await take(page, 'emergency-justify')
  await signIn(page, people.schoolsDataOwner)
  await take(page, 'home-data-owner')
  await page.goto('/trust/asks')
  await take(page, 'asks-to-answer')
  await page.locator('.app-work a').first().click()
  await take(page, 'ask-owner')
  await page.goto('/trust/emergencies')
  await take(page, 'emergencies')
  await signIn(page, people.dataProtectionOfficer)
  await page.goto(`/trust/emergencies/${opened}`)
  await take(page, 'emergency-judge')
})
