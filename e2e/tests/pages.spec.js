// Every page that the unit's people can reach by links, and the pages behind forms: each answers, has one h1, nothing that axe
// objects to, no word on the console, no request elsewhere, and never scrolls sideways. Run at desktop and phone width, and
// without JavaScript (there without axe, which is a script).
import { expect, test } from '@playwright/test'
import { axe, faultsOf, firstMoment, linksOf, openMoment, people, shapeOf, signIn, someoneExcluded, someoneInCustody, watch } from './unit.js'

/** The outlines that axe has seen in this project: the same page for another duty is not weighed twice. */
const weighed = new Set()

/** Pages that look the same to everyone: weighed for the first who comes, later only asked for. */
const common = /^\/(places|trust\/agreements|trust\/log|account)\b/
const met = new Set()

/** What is wrong with the page that is open. */
async function weigh(page, seen, scripts) {
  const faults = await faultsOf(page)
  if (scripts) {
    const outline = await page.locator('h1, h2, h3, legend, label, caption, th').allInnerTexts()
    const key = `${shapeOf(page.url())} ${outline.filter((text) => !/\d/.test(text)).join('|')}`.slice(0, 2000)
    if (!weighed.has(key)) {
      weighed.add(key)
      faults.push(...await axe(page))
    }
  } else if (!(await page.locator('main').innerText()).trim()) {
    faults.push('nothing is shown without JavaScript')
  }
  return [...faults, ...seen.take()].map((fault) => `${shapeOf(page.url())}: ${fault}`)
}

for (const [duty, name] of Object.entries(people)) {
  test(`every page that links lead to: ${duty}`, async ({ page, javaScriptEnabled }) => {
    test.setTimeout(180_000)
    const seen = watch(page)
    await signIn(page, name)
    const done = new Set()
    const waiting = [page.url(), new URL('/account', page.url()).href]
    const faults = []
    while (waiting.length) {
      const address = waiting.shift()
      if (done.has(shapeOf(address))) continue
      done.add(shapeOf(address))
      const again = common.test(shapeOf(address)) && met.has(shapeOf(address))
      met.add(shapeOf(address))
      const response = again ? await page.request.get(address) : await page.goto(address)
      if (response.status() !== 200) {
        faults.push(`${shapeOf(address)}: answers ${response.status()}, though a link leads there`)
        seen.take()
        continue
      }
      if (again) continue
      faults.push(...await weigh(page, seen, javaScriptEnabled !== false))
      waiting.push(...await linksOf(page))
    }
    console.log(`  ${duty}: ${done.size} pages: ${[...done].join(' ')}`)
    expect(faults).toEqual([])
  })
}

/** Pages that stand behind a form or an address that nobody links to: who opens them, how, and the status that is right. */
const behind = {
  'the front page': [null, (page) => page.goto('/')],
  'sign in': [null, (page) => page.goto('/sign-in')],
  'sign in, nothing entered': [null, async (page) => {
    await page.goto('/sign-in')
    await page.getByRole('button', { name: 'Continue' }).click()
    await expect(page.locator('.govuk-error-summary')).toBeVisible()
  }],
  'the demo’s chooser': [null, (page) => page.goto('/sign-in/demo')],
  'not found': ['navigator', (page) => page.goto('/nothing/here')],
  'a moment, purpose missing': ['navigator', async (page) => {
    await page.goto(await firstMoment(page))
    const ask = page.getByRole('button', { name: 'Open this moment' })
    if (await ask.count()) {
      await ask.click()
      await expect(page.locator('.govuk-error-summary')).toBeVisible()
    }
  }],
  'a moment': ['navigator', async (page) => openMoment(page, await firstMoment(page))],
  'contact': ['navigator', (page) => inMoment(page, 'contact')],
  'contact, nothing entered': ['navigator', (page) => refused(page, 'contact', 'Save')],
  'refer on': ['navigator', (page) => inMoment(page, 'refer')],
  'refer on, nothing entered': ['navigator', (page) => refused(page, 'refer', 'Send referral')],
  'pause or close': ['navigator', (page) => inMoment(page, 'stop')],
  'pause or close, nothing entered': ['navigator', (page) => refused(page, 'stop', 'Save')],
  'people, nothing entered': ['socialWorker', async (page) => {
    await page.goto('/people')
    await page.getByRole('button', { name: 'Find' }).click()
    await expect(page.locator('.govuk-error-summary')).toBeVisible()
  }],
  'people found': ['socialWorker', find],
  'a person': ['socialWorker', async (page) => {
    await find(page)
    await page.locator('.govuk-table a[href^="/people/"]').first().click()
    await page.getByLabel('Protecting a child').or(page.getByRole('radio').nth(1)).first().check()
    await page.getByRole('button', { name: 'Continue' }).click()
    await expect(page.getByRole('heading', { name: 'Who knows this person' })).toBeVisible()
  }],
  'people found, and a service that is not open': ['socialWorker', (page) => pointed(page)],
  'ask a service': ['socialWorker', async (page) => {
    await pointed(page)
    await page.getByRole('link', { name: /^Ask / }).first().click()
    await expect(page.getByRole('button', { name: 'Send request' })).toBeVisible()
  }],
  'ask a service, nothing entered': ['socialWorker', async (page) => {
    await pointed(page)
    await page.getByRole('link', { name: /^Ask / }).first().click()
    await page.getByRole('button', { name: 'Send request' }).click()
    await expect(page.locator('.govuk-error-summary')).toBeVisible()
  }],
  'open records in an emergency, nothing entered': ['socialWorker', async (page) => {
    await pointed(page)
    await page.getByRole('link', { name: /^Somebody is in danger now/ }).first().click()
    await page.getByRole('button', { name: 'Open these records now' }).click()
    await expect(page.locator('.govuk-error-summary')).toBeVisible()
  }],
  'decide on a request, nothing entered': ['schoolsDataOwner', async (page) => {
    await page.goto('/trust/asks')
    await page.locator('.app-work a').first().click()
    await page.getByRole('button', { name: 'Share', exact: true }).click()
    await expect(page.locator('.govuk-error-summary')).toBeVisible()
  }],
  'an answer that is no longer kept': ['socialWorker', (page) => page.goto('/people/found/0')],
  'a pair, nothing entered': ['analyst', async (page) => {
    await page.goto('/links/review')
    await page.getByRole('link', { name: /^Compare/ }).first().click()
    await page.getByRole('button', { name: /Decide/ }).click()
    await expect(page.locator('.govuk-error-summary')).toBeVisible()
  }],
  'send a file, nothing entered': ['analyst', async (page) => {
    await page.goto('/data/deliver')
    await page.getByRole('button', { name: 'Send' }).click()
    await expect(page.locator('.govuk-error-summary')).toBeVisible()
  }],
  'check the log, a head that was never signed': ['boardMember', (page) => page.goto('/trust/log/growth?since=99999999')],
  'the log, a wrong date': ['dataProtectionOfficer', (page) => page.goto('/trust/access?from=31/31/2026')],
  'places, another category and order': ['boardMember', async (page) => {
    await page.goto('/places')
    await page.locator('thead a').nth(2).click()
  }],
}

/** Somebody of whom the school's records are not shown to a social worker. */
async function pointed(page) {
  await page.goto('/people')
  await page.getByLabel('Safeguarding a child or a vulnerable adult').check()
  await page.getByLabel('unique pupil number').fill(someoneExcluded(8).upn)
  await page.getByRole('button', { name: 'Find' }).click()
  await expect(page.getByRole('link', { name: /^Ask / }).first()).toBeVisible()
}

async function inMoment(page, part) {
  const moment = await firstMoment(page)
  await openMoment(page, moment)
  await page.goto(`${moment}/${part}`)
}

async function refused(page, part, button) {
  await inMoment(page, part)
  await page.getByRole('button', { name: button, exact: true }).click()
  await expect(page.locator('.govuk-error-summary')).toBeVisible()
}

async function find(page) {
  const someone = someoneInCustody()
  const [day, month, year] = someone['Date of Birth'].split('-')
  await page.goto('/people')
  await page.getByLabel('Safeguarding a child or a vulnerable adult').check()
  await page.getByLabel('Given name').fill(someone['First Name'])
  await page.getByLabel('Family name').fill(someone.Surname)
  await page.getByLabel('Day').fill(day)
  await page.getByLabel('Month').fill(month)
  await page.getByLabel('Year').fill(year)
  await page.getByRole('button', { name: 'Find' }).click()
  await expect(page.getByText('Look for somebody else')).toBeVisible()
}

for (const [title, [duty, open]] of Object.entries(behind)) {
  test(`behind a form: ${title}`, async ({ page, javaScriptEnabled }) => {
    const seen = watch(page)
    if (duty) await signIn(page, people[duty])
    await open(page)
    expect(await weigh(page, seen, javaScriptEnabled !== false)).toEqual([])
  })
}
