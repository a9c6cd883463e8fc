// A red team: every duty's session asks for every address, and sends every form, that any other duty met, with the others' references.
// Nobody who may see no person meets a name; what is refused looks as if it did not exist, by answer, length and time.
// `make redteam` runs it alone.
import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { demoFolder, people, readCsv, shapeOf, signIn, someoneInCustody } from './unit.js'

const fake = '01BX5ZZKBKACTAV9WEVGEMMVRZ'
/** Of each shape of address so many are tried. */
const each = 4
/** Those who steer by figures or keep accounts: they meet nobody's name, whatever address they know. */
const seesNobody = ['projectManager', 'boardMember', 'administrator']

/** Full names of the county's people, as partners write them. */
function namesOfTheCounty() {
  const [head, ...rows] = readCsv(readFileSync(`${demoFolder()}/county/truth/people.csv`, 'utf8'))
  const at = (name) => head.indexOf(name)
  return new Set(rows.map((row) => `${row[at('given')]} ${row[at('family')]}`))
}

/** Words that stand beside each other in a page, for names. */
function namesIn(text, names, members) {
  const words = text.replace(/<[^>]*>/g, ' ').replace(/&#?\w+;/g, ' ').split(/\s+/)
  const pairs = words.slice(1).map((word, at) => `${words[at]} ${word}`.replace(/[.,:;()]/g, ''))
  return pairs.filter((pair) => names.has(pair) && !members.has(pair))
}

const bare = (text) => text.replace(/name="_csrf" value="[0-9a-f]+"/g, '').replace(/[0-9A-HJKMNP-TV-Z]{26}/g, 'REFERENCE')
const own = (href) => href.startsWith('/') && !href.startsWith('//') && !/^\/(assets|sign-in|sign-out)\b/.test(href)

/** Every address and form that this session meets by links; forms are only looked at. */
async function crawl(page, starts) {
  const met = new Map()
  const forms = new Map()
  const waiting = [...starts]
  while (waiting.length) {
    const address = waiting.shift()
    const shape = shapeOf(new URL(address, 'http://localhost').href)
    const known = met.get(shape) ?? []
    if (known.includes(address) || known.length >= each) continue
    met.set(shape, [...known, address])
    const response = await page.request.get(address)
    if (response.status() !== 200 || !(response.headers()['content-type'] ?? '').includes('html')) continue
    const text = await response.text()
    for (const [, href] of text.matchAll(/href="([^"#]+)/g)) if (own(href)) waiting.push(href.replaceAll('&amp;', '&'))
    for (const [, attributes, body] of text.matchAll(/<form([^>]*method="post"[^>]*)>(.*?)<\/form>/gs)) {
      const action = (attributes.match(/action="([^"]+)"/)?.[1] ?? address).replaceAll('&amp;', '&')
      if (!own(action)) continue
      const fields = [...body.matchAll(/name="([^"]+)"[^>]*?(?:value="([^"]*)")?/g)].filter(([, name]) => name !== '_csrf')
      const formShape = shapeOf(new URL(action, 'http://localhost').href)
      if (!forms.has(formShape)) forms.set(formShape, { action, fields: Object.fromEntries(fields.map(([, name, value]) => [name, value ?? 'x'])) })
    }
  }
  return { met, forms }
}

/** What only a form leads to: a person who was looked for. */
async function aPerson(page) {
  const someone = someoneInCustody()
  const born = someone['Date of Birth'].split('-')
  await page.goto('/people')
  await page.getByLabel('Safeguarding a child or a vulnerable adult').check()
  await page.getByLabel('Given name').fill(someone['First Name'])
  await page.getByLabel('Family name').fill(someone.Surname)
  for (const [at, part] of ['Day', 'Month', 'Year'].entries()) await page.getByLabel(part).fill(born[at])
  await page.getByRole('button', { name: 'Find' }).click()
  return [new URL(page.url()).pathname, await page.locator('.govuk-table a[href^="/people/"]').first().getAttribute('href')]
}

const token = async (page) => (await (await page.request.get('/account')).text()).match(/name="_csrf" value="([0-9a-f]+)"/)[1]

test('nobody gets by another’s address or form what their duty does not open', async ({ page }) => {
  test.setTimeout(900_000)
  const names = namesOfTheCounty()
  const members = new Set(Object.values(people))
  const everything = new Map()
  const crawled = {}
  for (const [duty, name] of Object.entries(people)) {
    await signIn(page, name)
    const starts = ['/home', '/account']
    if (duty === 'socialWorker') starts.push(...await aPerson(page))
    crawled[duty] = await crawl(page, starts)
    for (const [shape, addresses] of crawled[duty].met) everything.set(shape, [...new Set([...(everything.get(shape) ?? []), ...addresses])].slice(0, 2 * each))
  }
  const allForms = new Map(Object.values(crawled).flatMap(({ forms }) => [...forms]))
  expect(everything.size, 'shapes of addresses').toBeGreaterThan(60)
  expect(allForms.size, 'shapes of forms').toBeGreaterThan(20)

  const wrong = []
  const refused = []
  let asked = 0
  let namesMet = 0
  for (const [duty, name] of Object.entries(people)) {
    await signIn(page, name)
    const { met, forms } = crawled[duty]
    for (const [shape, addresses] of everything) {
      for (const address of addresses) {
        const response = await page.request.get(address, { maxRedirects: 0 })
        asked += 1
        const status = response.status()
        const text = status === 200 ? await response.text() : ''
        if (met.has(shape)) namesMet += namesIn(text, names, members).length
        if (status >= 500) wrong.push(`${duty} ${shape}: ${status}`)
        if (seesNobody.includes(duty) && namesIn(text, names, members).length) wrong.push(`${duty} meets a name at ${shape}`)
        // An address of a shape that no link leads this duty to shows nobody either.
        if (!met.has(shape) && namesIn(text, names, members).length) wrong.push(`${duty} meets a name by another’s address: ${shape}`)
        if ([403, 404, 410].includes(status) && /[0-9A-HJKMNP-TV-Z]{26}/.test(address)) refused.push([duty, shape, address])
      }
    }
    const csrf = await token(page)
    for (const [shape, { action, fields }] of allForms) {
      if (forms.has(shape)) continue
      const answer = await page.request.post(action, { form: { _csrf: csrf, ...fields }, maxRedirects: 0 })
      asked += 1
      if (answer.status() < 400 || answer.status() >= 500) wrong.push(`${duty} sends another’s form: ${shape} answers ${answer.status()}`)
    }
  }
  // What is refused looks like what does not exist.
  const shapes = new Set()
  for (const [duty, shape, address] of refused) {
    if (shapes.has(`${duty} ${shape}`)) continue
    shapes.add(`${duty} ${shape}`)
    await signIn(page, people[duty])
    const real = await page.request.get(address, { maxRedirects: 0 })
    const made = await page.request.get(address.replace(/[0-9A-HJKMNP-TV-Z]{26}/g, fake), { maxRedirects: 0 })
    if (real.status() !== made.status() || bare(await real.text()) !== bare(await made.text())) {
      wrong.push(`${duty} can tell that ${shape} exists: ${real.status()} and ${made.status()}`)
    }
  }
  console.log(`  ${asked} requests of ${everything.size} shapes of address and ${allForms.size} of form; ${shapes.size} refusals held against what does not exist`)
  expect(namesMet, 'names that those met who may: so that none elsewhere says something').toBeGreaterThan(20)
  expect([...new Set(wrong)]).toEqual([])
})

test('a refusal takes as long for what exists as for what does not', async ({ page }) => {
  await signIn(page, people.navigator)
  await page.goto('/moments?show=all')
  const moment = await page.locator('.app-work a').first().getAttribute('href')
  await signIn(page, people.boardMember)
  const times = { real: [], made: [] }
  for (let n = 0; n < 80; n += 1) {
    for (const [kind, address] of [['real', moment], ['made', moment.replace(/[0-9A-HJKMNP-TV-Z]{26}/, fake)]]) {
      const started = performance.now()
      await page.request.get(address, { maxRedirects: 0 })
      times[kind].push(performance.now() - started)
    }
  }
  const at = (all, share) => [...all].sort((a, b) => a - b)[Math.floor(all.length * share)]
  const [real, made] = [at(times.real, 0.5), at(times.made, 0.5)]
  const spread = at(times.made, 0.75) - at(times.made, 0.25)
  console.log(`  median ${real.toFixed(1)} and ${made.toFixed(1)} ms, middle half ${spread.toFixed(1)} ms wide`)
  expect(Math.abs(real - made)).toBeLessThan(Math.max(2, 2 * spread))
})

test('the API opens to an agency’s token and to nobody’s session', async ({ page }) => {
  await signIn(page, people.dataProtectionOfficer)
  const described = await (await page.request.get('/api/v1/openapi.json')).json()
  const wrong = []
  let asked = 0
  for (const [path, methods] of Object.entries(described.paths)) {
    for (const method of Object.keys(methods).filter((one) => ['get', 'post', 'put', 'delete', 'patch'].includes(one))) {
      const address = path.replace('{feed}', 'custody').replace(/\{[^}]+\}/g, fake)
      if (address === '/api/v1/openapi.json') continue
      for (const headers of [{}, { authorization: 'Bearer nothing' }, { authorization: `Bearer ${'0'.repeat(64)}` }]) {
        const response = await page.request.fetch(address, { method, headers, data: method === 'get' ? undefined : '{}', maxRedirects: 0 })
        asked += 1
        if (![401, 403].includes(response.status())) wrong.push(`${method} ${path}: ${response.status()}`)
      }
    }
  }
  expect(asked).toBeGreaterThan(8)
  expect(wrong).toEqual([])
})
