// Pictures of every page that links lead to, for each duty, and of the pages behind forms, at desk and phone width, for people to look at:
// e2e/screenshots, not kept in git.
import { rmSync } from 'node:fs'
import { test } from '@playwright/test'
import { firstMoment, linksOf, openMoment, people, referenceIn, shapeOf, signIn, someoneExcluded, someoneInCustody } from './unit.js'

const widths = [1280, 360]

async function take(page, name) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    await page.waitForLoadState('networkidle')
    await page.screenshot({ path: `screenshots/${name}-${width}.png`, fullPage: true })
  }
  await page.setViewportSize({ width: 1280, height: 900 })
}

test.beforeAll(() => rmSync('screenshots', { recursive: true, force: true }))

test('pictures of what strangers see', async ({ page }) => {
  for (const [name, address] of [['front', '/'], ['sign-in', '/sign-in'], ['sign-in-demo', '/sign-in/demo']]) {
    await page.goto(address)
    await take(page, name)
  }
})

/** Pages that were taken, by their shape and headings: what looks the same to another duty is taken once. */
const taken = new Set()
const shapes = new Set()

for (const [duty, name] of Object.entries(people)) {
  test(`pictures of what links lead to: ${duty}`, async ({ page }) => {
    test.setTimeout(600_000)
    await signIn(page, name)
    const [done, waiting] = [new Set(), [page.url(), new URL('/account', page.url()).href]]
    while (waiting.length) {
      const address = waiting.shift()
      const shape = shapeOf(address)
      if (done.has(shape)) continue
      done.add(shape)
      await page.goto(address)
      waiting.push(...await linksOf(page))
      const outline = await page.locator('h1, h2, legend, th').allInnerTexts()
      const key = `${shape} ${outline.filter((text) => !/\d/.test(text)).join('|')}`
      if (taken.has(key)) continue
      taken.add(key)
      const picture = shape.replace(/[^a-zA-Z]+/g, '-').replace(/^-|-$/g, '') || 'start'
      await take(page, shapes.has(shape) || shape === '/home' ? `${picture}-${duty}` : picture)
      shapes.add(shape)
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

test('pictures of a person and of a pair', async ({ page }) => {
  test.setTimeout(120_000)
  await signIn(page, people.socialWorker)
  const someone = someoneInCustody()
  await page.goto('/people')
  await page.getByLabel('Safeguarding a child or a vulnerable adult').check()
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
})

test('pictures of asking another agency, and of emergency access', async ({ page }) => {
  test.setTimeout(180_000)
  const find = async (which) => {
    await page.goto('/people')
    await page.getByLabel('Safeguarding a child or a vulnerable adult').check()
    await page.getByLabel('unique pupil number').fill(someoneExcluded(which).upn)
    await page.getByRole('button', { name: 'Find' }).click()
  }
  await signIn(page, people.socialWorker)
  await find(5)
  await take(page, 'people-pointer')
  await page.getByRole('link', { name: /^Ask / }).first().click()
  await take(page, 'ask-new')
  await find(6)
  await page.getByRole('link', { name: /^Somebody is in danger now/ }).first().click()
  await take(page, 'emergency-new')
  await page.getByLabel('A child is missing now').check()
  await page.getByLabel('What is happening?').fill('Gone since noon with his passport.')
  await page.getByRole('button', { name: 'Open these records now' }).click()
  await take(page, 'emergency')
  const opened = referenceIn(page.url())
  await page.getByRole('button', { name: 'Justify it' }).click()
  await take(page, 'emergency-justify')
  await signIn(page, people.schoolsDataOwner)
  await page.goto('/trust/asks')
  await page.locator('.app-work a').first().click()
  await take(page, 'ask-owner')
  await signIn(page, people.dataProtectionOfficer)
  await page.goto(`/trust/emergencies/${opened}`)
  await take(page, 'emergency-judge')
})
