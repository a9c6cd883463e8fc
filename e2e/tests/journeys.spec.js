// The journeys of the people of a unit, walked with and without JavaScript: a young person is reached and referred on, a partner's
// file is mended, a pair is settled, the board looks, the log knows, and the places are there.
import { Buffer } from 'node:buffer'
import { expect, test } from '@playwright/test'
import { fieldsOf, openMoment, people, readCsv, referenceIn, signIn, writeCsv } from './unit.js'

/** A clock that runs. */
const running = /\bleft\b|Breached by/

/** A moment that still waits and that this member can open, its clock running; none of those kinds. */
async function waitingMoment(page, not = /nothing is called so/) {
  await page.goto('/moments?show=all')
  const rows = page.locator('.app-work__item').filter({ hasText: running, hasNotText: not })
  return await rows.first().getByRole('link').getAttribute('href')
}

const summary = (page) => page.locator('.govuk-error-summary')
const timeline = (page) => page.locator('.moj-timeline__item')

test.describe('a navigator', () => {
  test('gets from home to a saved contact in four taps and six fields, and the clock stops', async ({ page }) => {
    await signIn(page, people.navigator)
    await expect(page).toHaveURL(/\/home$/)
    let taps = 0
    const tap = async (one) => { taps += 1; await one.click() }
    // On shift, home lists what waits; at other hours it is a tap further.
    const waiting = page.locator('.app-work__item').filter({ hasText: running })
    if (!await waiting.count()) await tap(page.getByRole('link', { name: 'All moments' }))
    await expect(waiting.first()).toBeVisible()
    await tap(waiting.first().getByRole('link'))
    await expect(page.getByRole('heading', { name: 'Why are you opening this moment?' })).toBeVisible()
    await page.getByLabel('Offering support').check()
    await tap(page.getByRole('button', { name: 'Open this moment' }))
    const name = await page.getByRole('heading', { level: 1 }).innerText()
    await tap(page.getByRole('button', { name: 'Record contact' }))
    expect(taps).toBeLessThanOrEqual(4)

    const fields = await page.locator('main form .govuk-form-group:not(.govuk-form-group .govuk-form-group)').count()
    expect(fields).toBeLessThanOrEqual(6)
    await expect(page.locator('main')).toContainText(name)

    await page.getByRole('group', { name: 'Did you reach them?' }).getByLabel('Yes').check()
    await page.getByRole('group', { name: 'How?' }).getByLabel('Face to face').check()
    await page.getByRole('group', { name: 'Do they want support?' }).getByLabel('Yes').check()
    await page.getByLabel('Note').fill('Met at the café. “Maybe” first, then yes.\nWants to finish school.')
    await page.getByRole('button', { name: 'Save' }).click()

    await expect(page.getByText('Contact recorded')).toBeVisible()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(name)
    const clock = page.locator('.app-clock').first()
    await expect(clock).toContainText(/in time|late/i)
    await expect(clock).not.toContainText(/left|Breached/)
    // The demo raises its moments as it is made: a contact of the same minute may stand below that.
    await expect(timeline(page).filter({ hasText: '“Maybe” first, then yes.' })).toHaveCount(1)
    await expect(page.getByText('That is their own word; it is not what allows agencies to share.')).toBeVisible()
  })

  test('is told what is missing, in a summary and beside the field, and keeps what was typed', async ({ page }) => {
    await signIn(page, people.navigator)
    const moment = await waitingMoment(page)
    await openMoment(page, moment)
    const before = await timeline(page).count()
    await page.goto(`${moment}/contact`)
    await page.getByLabel('Note').fill('Rang twice.')
    await page.getByRole('button', { name: 'Save' }).click()

    await expect(summary(page).getByRole('link', { name: 'Select whether you reached them' })).toHaveAttribute('href', '#reached')
    await expect(page.locator('#reached-error')).toContainText('Select whether you reached them')
    await expect(page.locator('#how-error')).toContainText('Select how you tried to reach them')
    await expect(page.getByLabel('Note')).toHaveValue('Rang twice.')
    await expect(page).toHaveTitle(/^Error: /)

    await page.getByRole('group', { name: 'Did you reach them?' }).getByLabel('Yes').check()
    await page.getByRole('group', { name: 'How?' }).getByLabel('By phone').check()
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(page.locator('#agreed-error')).toContainText('Select whether they want support')
    await expect(page.getByRole('group', { name: 'Did you reach them?' }).getByLabel('Yes')).toBeChecked()
    await expect(page.getByLabel('Note')).toHaveValue('Rang twice.')

    await page.goto(moment)
    await expect(timeline(page)).toHaveCount(before)
  })

  test('makes one contact by pressing Save twice, and by sending the same form again', async ({ page }) => {
    await signIn(page, people.navigator)
    const moment = await waitingMoment(page)
    await openMoment(page, moment)
    const before = await timeline(page).count()
    await page.goto(`${moment}/contact`)
    await page.getByRole('group', { name: 'Did you reach them?' }).getByLabel('No').check()
    await page.getByRole('group', { name: 'How?' }).getByLabel('By phone').check()
    await page.getByLabel('Note').fill('No answer.')
    const form = await fieldsOf(page.locator('main form'))
    await page.getByRole('button', { name: 'Save' }).dblclick()
    await expect(page.getByText('No answer.').first()).toBeVisible()
    await expect(timeline(page)).toHaveCount(before + 1)

    const again = await page.request.post(`${moment}/contact`, { form, maxRedirects: 0 })
    expect(again.status()).toBe(303)
    await page.goto(moment)
    await expect(timeline(page)).toHaveCount(before + 1)
  })

  test('refers on; the other agency sees it, accepts it, and the answer comes back', async ({ page }) => {
    await signIn(page, people.navigator)
    // Social care has no agreement for exclusions: see asks-journey.
    const moment = await waitingMoment(page, /exclu|suspen/i)
    await openMoment(page, moment)
    const name = await page.getByRole('heading', { level: 1 }).innerText()
    await page.getByRole('button', { name: 'Refer on' }).click()
    await page.getByLabel('Selmarsh children’s social care').check()
    await page.getByLabel('Mentoring').check()
    await page.getByRole('button', { name: 'Send referral' }).click()
    await expect(page.locator('#reason-error')).toBeVisible()
    await expect(page.getByLabel('Mentoring')).toBeChecked()
    const note = `Walks home alone (${Date.now()}).`
    await page.getByLabel('Why refer them to keep them safe').fill('Threatened outside school on Friday.')
    await page.getByLabel('Note for the agency').fill(note)
    await page.getByRole('button', { name: 'Send referral' }).click()
    await expect(page.getByText('The referral has been sent')).toBeVisible()
    await expect(timeline(page).filter({ hasText: /eferred/ }).first()).toBeVisible()

    await signIn(page, people.socialWorker)
    await page.getByRole('link', { name: 'Referrals', exact: true }).first().click()
    await page.getByRole('listitem').filter({ hasText: 'Turnaround Navigators' }).getByRole('link', { name }).first().click()
    const referral = page.url()
    await expect(page.locator('main')).toContainText(note)
    await page.getByRole('button', { name: 'Send answer' }).click()
    await expect(page.locator('#answer-error')).toBeVisible()
    await page.getByLabel('We will help').check()
    await page.getByLabel('What should they know?').fill('Ruth rings on Monday.')
    await page.getByRole('button', { name: 'Send answer' }).click()
    await expect(page.getByText('Your answer has been sent')).toBeVisible()

    await signIn(page, people.navigator)
    await page.goto(referral)
    await expect(page.locator('main')).toContainText('Ruth rings on Monday.')

    await signIn(page, people.youthWorker) // neither sent it nor got it
    expect((await page.goto(referral)).status()).toBe(404)
  })
})

/** Custody arrivals as the police send them; nobody else's numbers. */
function custody(mark, wrong) {
  const head = ['Custody Record Number', 'Arrival', 'Release', 'Suspected Offence', 'Offence Code', 'Surname', 'First Name', 'Date of Birth', 'Gender', 'Ethnicity', 'Postcode', 'Station']
  const row = (number, change = {}) => {
    const good = {
      'Custody Record Number': `T${mark}/${number}/26`, Arrival: `0${number}-03-2026 21:15`, Release: `1${number}-03-2026 09:00`, 'Suspected Offence': 'Common assault',
      'Offence Code': 'VIOL', Surname: 'Testerley', 'First Name': 'Robin', 'Date of Birth': '07-05-1999', Gender: 'Male', Ethnicity: 'W1', Postcode: 'ZQ4 0AE', Station: 'Lindermouth',
    }
    return head.map((name) => ({ ...good, ...change })[name])
  }
  return writeCsv([
    head, row(1), row(2),
    row(3, wrong ? { Arrival: '31-02-2026 21:15', 'Offence Code': 'XYZ', Surname: '' } : {}),
    row(4),
    row(5, wrong ? { 'Date of Birth': '7th of May', Postcode: 'NOWHERE 1' } : {}),
  ])
}

async function send(page, feed, name, bytes) {
  await page.goto(`/data/feeds/${feed}/deliver`)
  await page.getByLabel('File').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(bytes) })
  await page.getByRole('button', { name: 'Send' }).click()
}

/** The counts of a delivery, once it is read: [read, new, new version, already held, quarantined]. */
async function counts(page) {
  await expect(page).toHaveURL(/\/data\/uploads\//)
  await expect(async () => {
    await page.reload()
    await expect(page.getByRole('heading', { name: /of [\d,]+ rows accepted/ })).toBeVisible({ timeout: 500 })
    await expect(page.getByText(/rows are read\. You can leave/)).toBeHidden({ timeout: 500 })
  }).toPass({ timeout: 20_000 })
  const words = (await page.getByText(/^[\d,]+ rows? read: /).innerText()).replaceAll(/(\d),(?=\d)/g, '$1')
  const parts = [/(\d+) rows? read/, /(\d+) accepted as new/, /(\d+) accepted as a new version/, /(\d+) already held/, /(\d+) in quarantine/]
  const numbers = parts.map((part) => Number(words.match(part)?.[1] ?? 0))
  expect(numbers[0]).toBe(numbers.slice(1).reduce((sum, one) => sum + one, 0))
  return numbers
}

test.describe('an analyst', () => {
  test('sends a file with mistakes, sees every reason with its line; its agency mends the quarantine and sends it again', async ({ page }, info) => {
    await signIn(page, people.analyst)
    const mark = `${Date.now() % 1e8}${info.project.name.length}`
    await send(page, 'custody', 'march.csv', custody(mark, true))
    expect(await counts(page)).toEqual([5, 3, 0, 0, 2])
    const delivery = page.url()
    const reasons = page.getByRole('table').filter({ hasText: 'What to do' }).getByRole('row')
    const lineOf = (line, column) => reasons.filter({ has: page.getByRole('cell', { name: String(line), exact: true }) }).filter({ hasText: column })
    for (const [line, column] of [[4, 'Arrival'], [4, 'Offence Code'], [4, 'Surname'], [6, 'Date of Birth'], [6, 'Postcode']]) {
      await expect(lineOf(line, column), `line ${line}, ${column}`).toHaveCount(1)
    }

    // Rows of people leave to the agency that sent them, and to nobody else.
    await expect(page.getByRole('button', { name: 'Download the rows to mend' })).toHaveCount(0)
    expect((await page.request.get(`${delivery}/quarantine.csv`)).ok()).toBe(false)
    await signIn(page, people.dataOwner)
    await page.goto(delivery)
    const href = await page.getByRole('button', { name: 'Download the rows to mend' }).getAttribute('href')
    const download = await page.request.get(href)
    expect(download.headers()['content-disposition']).toContain('attachment')
    const [head, ...rows] = readCsv(await download.text())
    expect(rows).toHaveLength(2)
    const right = { Arrival: ['31-02-2026 21:15', '28-02-2026 21:15'], 'Offence Code': ['XYZ', 'VIOL'], Surname: ['', 'Testerley'], 'Date of Birth': ['7th of May', '07-05-1999'], Postcode: ['NOWHERE 1', 'ZQ4 0AE'] }
    for (const row of rows) {
      head.forEach((name, at) => { if (right[name]?.[0] === row[at]) row[at] = right[name][1] })
    }
    await send(page, 'custody', 'march-mended.csv', writeCsv([head, ...rows]))
    expect(await counts(page)).toEqual([2, 2, 0, 0, 0])

    await page.goto(delivery)
    await expect(page.getByText('Every row that waited has come again since.')).toBeVisible()
    await send(page, 'custody', 'march.csv', custody(mark, false))
    const [read, , , held, quarantined] = await counts(page)
    expect([read, quarantined]).toEqual([5, 0])
    expect(held).toBeGreaterThanOrEqual(4) // the mended arrival of line 4 stands at another day
  })

  test('is told why a wrong file is refused, and the feed stays chosen', async ({ page }) => {
    await signIn(page, people.analyst)
    /** Why it was refused: at once, or once its reading began. */
    const refusal = async () => {
      const words = page.locator('#file-error, .govuk-warning-text')
      await expect(async () => {
        if (/\/data\/uploads\//.test(page.url())) await page.reload()
        await expect(words.first()).toBeVisible({ timeout: 500 })
      }).toPass({ timeout: 20_000 })
      return await words.first().innerText()
    }
    const letter = Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(30), Buffer.from('word/document.xml'), Buffer.alloc(600)])
    await send(page, 'custody', 'letter.docx', letter)
    expect(await refusal()).toMatch(/Word|workbook|Excel|zip/i)
    await send(page, 'custody', 'letter.pdf', Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(200_000, 'x ')]))
    expect(await refusal()).toMatch(/PDF/)
    if (/\/data\/deliver/.test(page.url())) await expect(page.getByLabel('Feed')).toHaveValue('custody')
    await send(page, 'custody', 'nothing.csv', Buffer.alloc(100_000))
    expect(await refusal()).toMatch(/zero|empty|nothing|text|table/i)
    await send(page, 'custody', 'exclusions.csv', 'UPN,Surname,Forename,DOB,School,Start Date,Type,Reason 1\r\n,Testerley,Robin,01/02/2012,Hill School,03/03/2026,SUSP,PA\r\n')
    expect(await refusal()).toMatch(/header|column/i)
    await page.goto('/data/deliver')
    await page.getByRole('button', { name: 'Send' }).click()
    await expect(page.locator('#file-error')).toContainText('Select a file')
  })

  test('settles a pair, must say why they differ, and takes it back', async ({ page }) => {
    await signIn(page, people.analyst)
    const waiting = async () => {
      await page.goto('/links/review')
      return Number((await page.locator('.app-tile__value').first().innerText()).replace(',', ''))
    }
    const before = await waiting()
    await page.getByRole('link', { name: /^Compare/ }).first().click()
    await expect(page.getByText('The sum is shown once you have decided').or(page.getByText('How the model weighed this')).first()).toBeVisible()
    await expect(page.locator('main')).not.toContainText(/a chance of/)
    await page.getByLabel('No, different people').check()
    await page.getByRole('button', { name: /^Decide/ }).click()
    await expect(page.locator('#reason-error')).toContainText('Enter why they are different people')
    await expect(page.getByLabel('No, different people')).toBeChecked()
    await page.getByLabel('Why', { exact: true }).fill('Brothers: other birth dates at one address.')
    await page.getByRole('button', { name: /^Decide/ }).click()
    await expect(page.getByText('The pair before:')).toBeVisible()
    expect(await waiting()).toBe(before - 1)
    await page.goBack()
    await page.getByRole('button', { name: 'Undo that' }).click()
    await expect(page.getByText('Undone.')).toBeVisible()
    expect(await waiting()).toBe(before)
  })
})

/** A person and a moment that exist, found by those who may. */
async function whatExists(page) {
  await signIn(page, people.navigator)
  const moment = await waitingMoment(page)
  return { moment }
}

for (const duty of ['projectManager', 'boardMember']) {
  test(`the ${duty} sees figures and how they were counted, and never a person or a moment`, async ({ page }) => {
    const { moment } = await whatExists(page)
    await signIn(page, people[duty])
    await page.getByRole('link', { name: 'Board', exact: true }).first().click()
    await expect(page.locator('.app-tile')).toHaveCount(4)
    // In a county as small as the tests', some figures can't be shown without giving a small one away.
    const values = await page.locator('.app-tile__value').allInnerTexts()
    expect(values.some((value) => Number(value.replace(',', '')) > 0), values.join('; ')).toBe(true)
    for (const value of values) expect(value).toMatch(/^([\d,]+|fewer than 5|not shown)$/)
    const rows = page.getByRole('table').filter({ hasText: 'Waiting, time up' }).getByRole('row')
    await expect(rows.last()).toContainText(values[0])
    // The filter shows the period that the figures are of.
    const period = await page.getByLabel('Period').evaluate((select) => select.selectedOptions[0].textContent)
    expect((await page.locator('main > p, main p').first().innerText()).toLowerCase()).toContain(period.toLowerCase())
    for (const figure of await page.getByRole('link', { name: /How this was counted|contact rate|acceptance rate/ }).evaluateAll((links) => [...new Set(links.map((link) => link.href))])) {
      expect((await page.goto(figure)).status()).toBe(200)
      await expect(page.getByText('Left out')).toBeVisible()
    }
    for (const address of [moment, `${moment}/contact`, '/people', '/links/review', '/moments', '/referrals', '/trust/access']) {
      expect((await page.goto(address)).status(), address).toBe(404)
    }
    // Home shows the same figures, and nothing newer that could be compared with them.
    await page.goto('/home')
    await expect(page.locator('.app-tile').filter({ hasText: 'answered in time' })).toHaveCount(1)
    expect(await page.locator('.app-tile__value').allInnerTexts()).toEqual(values)
    expect(await page.locator('a[href^="/people"], a[href^="/moments/"]').count()).toBe(0)
  })
}

test('the data protection officer finds what the navigator did, for what, and by which agreement', async ({ page }) => {
  await signIn(page, people.navigator)
  const moment = await waitingMoment(page)
  await openMoment(page, moment)
  await signIn(page, people.dataProtectionOfficer)
  await page.getByRole('link', { name: 'Who looked, and why' }).click()
  await page.getByLabel('Who').selectOption({ label: people.navigator })
  await page.getByLabel('About').fill(referenceIn(moment).toLowerCase())
  await page.getByRole('button', { name: 'Apply filters' }).click()
  const looked = page.getByRole('row').filter({ hasText: 'Looked at: moment' }).first()
  await expect(looked).toContainText(people.navigator)
  await expect(looked).toContainText('offering support')
  await expect(looked).toContainText('Help for young people at reachable moments')
  await page.goto('/trust/access')
  await expect(page.getByRole('row').filter({ hasText: 'Read this log' }).first()).toContainText(people.dataProtectionOfficer)
  await page.getByLabel('From').fill('31/31/2026')
  await page.getByRole('button', { name: 'Apply filters' }).click()
  await expect(page.locator('#from-error')).toContainText('Enter a date')
})

test('places: a map, a table of every area, and an area’s own page', async ({ page, javaScriptEnabled }) => {
  const missing = []
  page.on('console', (message) => { if (message.text().includes('could not be loaded')) missing.push(message.text()) })
  await signIn(page, people.boardMember)
  await page.getByRole('link', { name: 'Places', exact: true }).first().click()
  const rows = page.locator('#table tbody tr')
  expect(await rows.count()).toBeGreaterThanOrEqual(14)
  const drawing = page.locator('svg.app-choropleth')
  await expect(drawing.locator('> title')).toHaveText(/.+/)
  if (javaScriptEnabled === false) {
    await expect(drawing).toBeVisible()
    expect(await drawing.locator('path').count()).toBeGreaterThanOrEqual(14)
  } else {
    // Where WebGL works, one map and not two.
    await expect(async () => {
      expect(Number(await drawing.isVisible()) + Number(await page.locator('[data-map]').isVisible())).toBe(1)
    }).toPass({ timeout: 15_000 })
  }
  const offences = async () => (await rows.evaluateAll((all) => all.map((row) => Number(row.children[2].textContent.replace(/\D/g, ''))))).reduce((sum, one) => sum + one, 0)
  const all = await offences()
  await page.getByLabel('Category').selectOption({ label: 'Robbery' })
  await page.getByRole('button', { name: 'Apply filters' }).click()
  expect(await offences()).toBeLessThan(all)
  await page.getByRole('link', { name: /^Offences/ }).click()
  await expect(page.locator('th[aria-sort]').filter({ hasText: 'Offences' })).toHaveAttribute('aria-sort', /ascending|descending/)
  await page.locator('#table tbody a').first().click()
  await expect(page.getByText('Small area', { exact: true })).toBeVisible()
  await expect(page.getByRole('table').filter({ hasText: 'County, per 1,000' })).toBeVisible()
  expect(missing, 'without its hatching an area is not drawn').toEqual([])
})
