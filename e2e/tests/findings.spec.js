// The ten findings of the regulator's notice on the Gangs Violence Matrix (2018), as ten tests: each tries to bring the finding back
// through a page, through the API and through the command line. `app/tests/it/findings.rs` tries it through the database.
import { execFileSync, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { demoFolder, firstMoment, openMoment, people, readCsv, signIn, someoneInCustody, writeCsv } from './unit.js'

const folder = mkdtempSync(join(tmpdir(), 'alongside-findings-'))
const environment = () => ({ ...process.env, ALONGSIDE_STORAGE__DIRECTORY: join(demoFolder(), 'unit'), ALONGSIDE_LOG: 'error' })

/** What the program says to these words, on the machine of the unit itself: [exit code, text]. */
function command(...words) {
  const done = spawnSync(process.env.ALONGSIDE_PROGRAM, words, { env: environment(), cwd: folder, encoding: 'utf8' })
  return [done.status, done.stdout + done.stderr]
}

/** A token of an agency's system. */
const tokens = new Map()
function tokenOf(agency) {
  if (!tokens.has(agency)) {
    const words = ['token', 'add', '--agency', agency, '--label', 'findings']
    tokens.set(agency, execFileSync(process.env.ALONGSIDE_PROGRAM, words, { env: environment(), encoding: 'utf8' }).trim().split(/\s+/).at(-1))
  }
  return { authorization: `Bearer ${tokens.get(agency)}` }
}

/** What the API answers where there is nothing, and to a way of asking that is none: that it knows nobody, not what there could be. */
const nothing = 401

/** The newest file of a feed, as records with the file's own column names. */
function rowsOf(feed) {
  const at = join(demoFolder(), 'county', 'feeds', feed)
  const [head, ...rows] = readCsv(readFileSync(join(at, readdirSync(at).filter((name) => name.endsWith('.csv')).sort().at(-1)), 'latin1'))
  return rows.map((row) => Object.fromEntries(head.map((name, column) => [name, row[column]])))
}

/** A row of the police's events that nobody has sent yet, and with which nothing is wrong: what is changed in it alone decides what becomes of it. */
function anEvent(changed) {
  const whole = rowsOf('police_events').find((row) => ['VICTIM', 'WITNESS', 'SUSPECT'].includes(row.role) && row.surname && row.offence
    && !/^31\/02/.test(row.event_date_time) && !/^31\/02/.test(row.dob) && /^\d\d\/\d\d\/\d{4} \d\d:\d\d$/.test(row.event_date_time) && /^(\d\d\/\d\d\/\d{4})?$/.test(row.dob))
  const none = { postcode: '', place_postcode: '', place_lsoa: '', phone: '', sex: '', ethnicity_16plus1: '' }
  return { ...whole, ...none, row_ref: `findings-${randomUUID()}`, crime_ref: 'findings', ...changed }
}

/** Sends an event with a name that the feed doesn't know: the event itself is taken, as one new record, and the name with what it says is not kept. */
async function takenWithout(page, name, value) {
  const event = anEvent({ [name]: value })
  const [status, said] = await notify(page, 'police_events', 'police', event)
  expect([status, JSON.parse(said).outcome], said).toEqual([201, 'accepted'])
  const delivery = await page.request.get(`/api/v1/deliveries/${JSON.parse(said).delivery}`, { headers: tokenOf('police') })
  expect(delivery.status()).toBe(200)
  const { counts } = await delivery.json()
  expect([counts.read, counts.accepted_new, counts.quarantined]).toEqual([1, 1, 0])
  expect(filesWith(event.row_ref), 'what was taken is there').not.toEqual([])
  expect(filesWith(value), 'files of the database that hold it').toEqual([])
}

/** The files of the unit's database that hold a text. */
function filesWith(text) {
  const files = ['alongside.db', 'alongside.db-wal'].map((name) => join(demoFolder(), 'unit', name)).filter((path) => existsSync(path))
  expect(files.length).toBeGreaterThan(0)
  return files.filter((path) => readFileSync(path).includes(Buffer.from(text)))
}

function csvOf(rows) {
  const names = Object.keys(rows[0])
  return writeCsv([names, ...rows.map((row) => names.map((name) => row[name]))])
}

function fileOf(name, text) {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

async function notify(page, feed, agency, row) {
  const response = await page.request.post(`/api/v1/feeds/${feed}/notifications`, { headers: tokenOf(agency), data: row })
  return [response.status(), await response.text()]
}

async function deliverByPage(page, feed, text) {
  await signIn(page, people.analyst)
  await page.goto(`/data/feeds/${feed}/deliver`)
  await page.getByLabel('File').setInputFiles({ name: 'findings.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page).toHaveURL(/\/data\/uploads\//)
  await expect.poll(async () => { await page.reload(); return page.getByText('Reading the file').count() }).toBe(0)
}

test.beforeEach(({}, { project }) => test.skip(project.name !== 'desktop', 'nothing here depends on the screen'))

test('1: a victim is not mixed with those suspected: a row whose role is blank is not taken, whoever sends it', async ({ page }) => {
  const [status, said] = await notify(page, 'police_events', 'police', anEvent({ role: '' }))
  expect([status, /role/.test(said)], said).toEqual([422, true])
  const [code, told] = command('ingest', 'police_events', fileOf('roles.csv', csvOf([anEvent({ role: '' }), anEvent({ role: 'GANG NOMINAL' })])))
  expect(told, `exit ${code}`).toContain('2 rows read: 0 new, 0 new versions, 0 already held, 2 in quarantine')
  await deliverByPage(page, 'police_events', csvOf([anEvent({ role: ' ' })]))
  await expect(page.getByRole('main')).toContainText(/role/i)
  await expect(page.getByRole('main')).toContainText(/quarantine|not taken/i)
})

test('2: no borough has a rule of its own', async ({ page }) => {
  const own = readFileSync(new URL('../../flow/5-act/moment_types/custody.toml', import.meta.url), 'utf8').replace('category = "custody"', 'category = "custody"\ndistrict = "Harrow"')
  const [code, said] = command('check', '--moment-types', fileOf('harrow.toml', own))
  expect([code === 0, /district/.test(said)], said).toEqual([false, true])
  for (const path of ['/api/v1/moment-types', '/api/v1/rules']) {
    expect((await page.request.post(path, { headers: tokenOf('police'), data: { district: 'Harrow' } })).status(), path).toBe(nothing)
  }
  // By page: a rule of sharing can't speak of a borough at all. There is no such thing in a request.
  test.setTimeout(180_000)
  await signIn(page, people.dataProtectionOfficer)
  await page.goto('/trust/rules')
  const inForce = await page.locator('main').innerText()
  await page.goto('/trust/rules/change')
  await page.locator('summary', { hasText: 'Edit as text: Help' }).click()
  const rules = page.getByLabel('10-help.cedar')
  const before = await rules.inputValue()
  for (const [where, text] of [['context', 'context.district == "Harrow"'], ['principal', 'principal.district == "Harrow"'], ['resource', 'resource.district == "Harrow"']]) {
    await rules.fill(before.replace('contains("rota_lead") &&', `contains("rota_lead") && ${text} &&`))
    expect(await rules.inputValue(), where).toContain('Harrow')
    await page.getByLabel('What is the change for?').fill('Harrow does it its own way')
    await page.getByRole('button', { name: 'Propose it' }).click()
    await expect(page.locator('.govuk-error-summary'), where).toContainText(/10-help\.cedar.*attribute `district`/)
  }
  // Nor does anybody put a rule into force alone: whoever proposed it can't approve it, and nothing has changed.
  await rules.fill(before.replace('Rota leads', 'Leads of the rota').replace('A rota lead', 'Whoever leads the rota'))
  await page.getByLabel('What is the change for?').fill('Other words')
  await page.getByRole('button', { name: 'Propose it' }).click()
  await expect(page.getByText('The change was proposed')).toBeVisible({ timeout: 60_000 })
  const version = page.url()
  await page.getByRole('button', { name: 'Approve this change' }).click()
  await expect(page.getByText('two others must approve it')).toBeVisible({ timeout: 60_000 })
  await page.goto('/trust/rules')
  expect((await page.locator('main').innerText()).split('\n')[1]).toBe(inForce.split('\n')[1])
  for (const duty of ['analyst', 'navigator', 'administrator', 'projectManager']) {
    await signIn(page, people[duty])
    for (const path of ['/trust/rules/change', version]) expect((await page.request.get(path)).status(), `${duty} ${path}`).toBe(404)
  }
  // Nor does a partner alone take back what another proposed.
  await signIn(page, people.schoolsDataOwner)
  await page.goto(version, { timeout: 60_000 })
  await expect(page.getByRole('button', { name: 'Withdraw it' })).toHaveCount(0)
  await signIn(page, people.dataProtectionOfficer)
  await page.goto(version, { timeout: 60_000 })
  await page.getByRole('button', { name: 'Withdraw it' }).click()
  await expect(page.getByText('The rules stay as they are')).toBeVisible({ timeout: 60_000 })
})

test('3: nobody leaves with a list of people, and what has gone does not come back', async ({ page }) => {
  const ways = ['/moments.csv', '/people.csv', '/people?all=1', '/people/all', '/links/people', '/board/people', '/trust/disclosures.csv', '/trust/files/all', '/data/records', '/data/feeds/custody/records.csv']
  for (const duty of ['navigator', 'analyst', 'dataOwner', 'dataProtectionOfficer', 'projectManager', 'administrator']) {
    await signIn(page, people[duty])
    for (const way of ways) {
      const response = await page.request.get(way)
      const text = response.status() === 200 ? await response.text() : ''
      expect.soft(text.includes(someoneInCustody().Surname), `${duty} ${way}`).toBe(false)
      expect.soft(response.headers()['content-disposition'] ?? '', `${duty} ${way}`).toBe('')
    }
  }
  for (const path of ['/api/v1/people', '/api/v1/records', '/api/v1/moments', '/api/v1/feeds/custody/records', '/api/v1/feeds/custody/deliveries']) {
    expect.soft((await page.request.get(path, { headers: tokenOf('police') })).status(), path).toBe(nothing)
  }
  for (const words of [['export'], ['people'], ['records', 'list'], ['moments', '--csv'], ['dump']]) {
    const [code, said] = command(...words)
    expect.soft([code, /unrecognized subcommand/.test(said)], said).toEqual([2, true])
  }
})

test('4: nothing is shared where no agreement permits it, and never the whole', async ({ page }) => {
  // Not even the machine's own command records an agreement on a gateway that excludes what it would share (section 16(4) of the 2022 Act).
  const [code, said] = command('agreement', 'add', '--title', 'Everything about everybody', '--parties', 'police,hospital', '--categories', 'hospital:ae_navigator',
    '--purposes', 'prevention', '--gateways', 'pcsc_act_2022_s16', '--confidentiality', 'public_interest', '--starts', '2020-01-01', '--ends', '2099-12-31', '--assessment', 'DPIA 9')
  expect([code, /can’t carry/.test(said)], said).toEqual([1, true])
  const someone = someoneInCustody()
  await signIn(page, people.intelligenceOfficer)
  await page.goto('/people')
  await page.getByLabel('Preventing crime and disorder').check()
  await page.getByLabel('Given name').fill(someone['First Name'])
  await page.getByLabel('Family name').fill(someone.Surname)
  for (const [at, part] of ['Day', 'Month', 'Year'].entries()) await page.getByLabel(part).fill(someone['Date of Birth'].split('-')[at])
  await page.getByRole('button', { name: 'Find' }).click()
  await expect(page).toHaveURL(/\/people\/found\//)
  expect(await page.getByRole('main').innerText()).not.toContain('Hospital')
  // One agency's system does not read what another sent, nor send for it.
  const own = await page.request.post('/api/v1/feeds/police_events/notifications', { headers: tokenOf('police'), data: anEvent({}) })
  const { delivery } = await own.json()
  expect((await page.request.get(`/api/v1/deliveries/${delivery}`, { headers: tokenOf('police') })).status()).toBe(200)
  expect((await page.request.get(`/api/v1/deliveries/${delivery}`, { headers: tokenOf('education') })).status()).toBe(404)
  expect((await notify(page, 'police_events', 'education', anEvent({})))[0], 'another agency’s feed').toBe(403)
  await signIn(page, people.schoolsDataOwner)
  expect((await page.request.get(`/data/uploads/${delivery}`)).status()).toBe(404)
})

test('5: nothing leaves unencrypted', async ({ page }) => {
  const someone = someoneInCustody()
  const names = [`${someone['First Name']} ${someone.Surname}`, someone.Surname.toUpperCase(), `"${someone.Surname}"`]
  const clear = (path) => {
    const bytes = readFileSync(path)
    return names.filter((name) => bytes.includes(Buffer.from(name)))
  }
  // The unit's own copies of what was delivered.
  const blobs = join(demoFolder(), 'unit', 'blobs')
  const kept = readdirSync(blobs, { recursive: true }).map((name) => join(blobs, name)).filter((path) => statSync(path).isFile())
  expect(kept.length).toBeGreaterThan(10)
  expect(kept.flatMap(clear)).toEqual([])
  const backup = join(folder, 'unit.backup')
  const [code, said] = command('backup', backup)
  expect(code, said).toBe(0)
  expect(statSync(backup).size).toBeGreaterThan(100_000)
  expect(clear(backup)).toEqual([])
  // The system writes to nobody: there is no address to send a list to.
  await signIn(page, people.navigator)
  await openMoment(page, await firstMoment(page))
  expect(await page.locator('a[href^="mailto:"]').count()).toBe(0)
  const response = await page.request.get(page.url())
  expect(response.headers()['cache-control']).toContain('no-store')
  expect((await page.request.get('/api/v1/deliveries/01BX5ZZKBKACTAV9WEVGEMMVRZ')).status(), 'without a token').toBe(401)
})

test('6: nobody is made a high risk by a number', async ({ page }) => {
  for (const field of ['score', 'risk', 'threshold']) {
    const own = `${readFileSync(new URL('../../flow/5-act/moment_types/custody.toml', import.meta.url), 'utf8')}\n[${field}]\nhigh = 5\n`
    const [code, said] = command('check', '--moment-types', fileOf('score.toml', own))
    expect([code === 0, said.includes(field)], said).toEqual([false, true])
  }
  // Sent all the same, it is not kept: what was judged elsewhere does not arrive here.
  await takenWithout(page, 'risk_score', `high-${randomUUID()}`)
  await signIn(page, people.navigator)
  await openMoment(page, await firstMoment(page))
  const text = await page.getByRole('main').innerText()
  expect(text).not.toMatch(/\b(high|medium|low) risk\b|risk score|\bscore\b/i)
  expect(text).not.toContain('risk_score')
  // Moments are ordered by time left and by nothing else: what was breached comes first, then the fewest hours.
  await page.goto('/moments?show=all')
  const clocks = await page.locator('.app-work').allInnerTexts()
  const hours = clocks.join(' ').match(/Breached|\d+ (?=hours? left)/g) ?? []
  const left = hours.map((text) => (text === 'Breached' ? -1 : Number(text)))
  expect(left.length).toBeGreaterThan(3)
  expect(left).toEqual([...left].sort((one, other) => one - other))
})

test('7: without an assessment of its impact an agreement permits nothing', async ({ page }) => {
  const [code, said] = command('agreement', 'add', '--title', 'Never assessed', '--parties', 'unit,police', '--categories', 'police:custody', '--purposes', 'support',
    '--gateways', 'children_act_2004_s10_s11', '--starts', '2020-01-01', '--ends', '2099-12-31')
  expect(code, said).toBe(0)
  const line = command('agreement', 'list')[1].split('\n').find((one) => one.includes('Never assessed'))
  expect(line).toContain('without-assessment')
  await signIn(page, people.dataProtectionOfficer)
  await page.goto('/trust/agreements')
  await page.getByRole('link', { name: 'Never assessed' }).first().click()
  await expect(page.getByRole('main')).toContainText(/permits nothing/i)
  expect((await page.request.post('/api/v1/agreements', { headers: tokenOf('police'), data: {} })).status()).toBe(nothing)
})

test('8: every look is logged, the log can’t be changed unseen, and who oversees it sees it', async ({ page }) => {
  await signIn(page, people.navigator)
  const moment = await firstMoment(page)
  await openMoment(page, moment)
  expect((await page.request.get('/trust/access')).status()).toBe(404)
  await signIn(page, people.dataProtectionOfficer)
  await page.goto('/trust/access')
  await expect(page.getByRole('main')).toContainText(people.navigator)
  const head = await page.request.get('/api/v1/audit/head', { headers: tokenOf('police') })
  expect(head.status()).toBe(200)
  expect(JSON.stringify(await head.json())).toContain('signature')
  for (const method of ['put', 'delete', 'post']) expect((await page.request[method]('/api/v1/audit/head', { headers: tokenOf('police') })).status(), method).toBe(nothing)
  expect(command('audit', 'delete')[0]).toBe(2)
  const [code, said] = command('audit', 'verify')
  expect(code, said).toBe(0)
})

test('9: no label is kept about anybody', async ({ page }) => {
  const own = readFileSync(new URL('../../flow/2-ingest/feeds/police_events.toml', import.meta.url), 'utf8')
  const [code, said] = command('check', '--feeds', fileOf('police_gangs.toml', `${own}\n[[column]]\nname = "gang_nominal"\ntype = "yes_no"\n`))
  expect([code === 0, /is a label/.test(said)], said).toEqual([false, true])
  await takenWithout(page, 'gang_nominal', 'SELMARSH TOWN GANG')
  await deliverByPage(page, 'police_events', csvOf([anEvent({ gang_nominal: 'SELMARSH TOWN GANG' })]))
  await expect(page.getByRole('main')).toContainText('gang_nominal')
  await expect(page.getByRole('main')).toContainText('were not kept')
  expect(filesWith('SELMARSH TOWN GANG')).toEqual([])
})

test('10: whoever is in it can ask, be answered, and have it put right', async ({ page }) => {
  await page.context().clearCookies()
  await page.goto('/your-information')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await signIn(page, people.dataProtectionOfficer)
  await page.goto('/trust/rights/new')
  for (const right of [/see|copy/i, /correct|wrong/i, /erase|delete/i, /don’t use it/i, /object/i, /complain/i]) {
    await expect(page.getByRole('main')).toContainText(right)
  }
  await page.goto('/trust/disclosures')
  await expect(page.getByRole('main')).toContainText(/told|given|received/i)
  // No system of a partner's, and nobody else's duty, closes a request or an account of who was told.
  expect((await page.request.delete('/api/v1/notices/01BX5ZZKBKACTAV9WEVGEMMVRZ', { headers: tokenOf('police') })).status()).toBe(nothing)
  await signIn(page, people.navigator)
  for (const path of ['/trust/rights', '/trust/rights/new']) expect((await page.request.get(path)).status(), path).toBe(404)
  expect(command('rights', 'close')[0]).toBe(2)
})
