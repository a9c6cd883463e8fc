// Somebody who guesses addresses, and somebody who is signed in but may not: neither learns whether there is anything there.
import { expect, test } from '@playwright/test'
import { firstMoment, openMoment, people, signIn, someoneInCustody } from './unit.js'

const fake = '01BX5ZZKBKACTAV9WEVGEMMVRZ'

/** A page's text without what differs between any two pages: the form token, and the reference that was asked for. */
const bare = async (response) => (await response.text())
  .replace(/name="_csrf" value="[0-9a-f]+"/g, '')
  .replace(/[0-9A-HJKMNP-TV-Z]{26}/g, 'REFERENCE')

/** Addresses of things that exist, gathered by those who may see them. */
async function existing(page) {
  const found = {}
  await signIn(page, people.navigator)
  found.moment = await firstMoment(page)
  await signIn(page, people.socialWorker)
  const someone = someoneInCustody()
  const born = someone['Date of Birth'].split('-')
  await page.goto('/people')
  await page.getByLabel('Safeguarding a child or a vulnerable adult').check()
  await page.getByLabel('Given name').fill(someone['First Name'])
  await page.getByLabel('Family name').fill(someone.Surname)
  for (const [at, part] of ['Day', 'Month', 'Year'].entries()) await page.getByLabel(part).fill(born[at])
  await page.getByRole('button', { name: 'Find' }).click()
  found.person = await page.locator('.govuk-table a[href^="/people/"]').first().getAttribute('href')
  await signIn(page, people.analyst)
  await page.goto('/links/review')
  found.pair = await page.getByRole('link', { name: /^Compare/ }).first().getAttribute('href')
  await page.goto('/data/feeds/police_events')
  found.delivery = await page.locator('tbody a[href^="/data/uploads/"]').first().getAttribute('href')
  await page.goto('/places')
  found.area = await page.locator('#table tbody a').first().getAttribute('href')
  return found
}

const withFake = (address) => address.replace(/[0-9A-HJKMNP-TV-Z]{26}/g, fake)

test('signed out, every address answers like one that does not exist', async ({ page }) => {
  const found = await existing(page)
  await page.context().clearCookies()
  const inside = [
    '/home', '/moments', '/rota', '/referrals', '/people', '/links/review', '/places', '/board', '/board/how/clocks', '/data/feeds', '/data/feeds/custody',
    '/data/deliver', '/trust/agreements', '/trust/access', '/account', '/account/password', '/places/areas.geojson',
    found.moment, `${found.moment}/contact`, `${found.moment}/refer`, found.person, found.pair, found.delivery, `${found.delivery}/quarantine.csv`, found.area,
  ]
  const answer = async (address) => {
    const response = await page.request.get(address, { maxRedirects: 0 })
    return [response.status(), (response.headers().location ?? '').replaceAll('%2F', '/').replace(address, '{address}'), (await bare(response)).length]
  }
  const nowhere = await answer('/nothing/here')
  expect([303, 404]).toContain(nowhere[0])
  for (const address of inside) expect.soft(await answer(address), address).toEqual(nowhere)
  for (const address of [found.moment, found.person, found.pair, found.delivery]) {
    expect.soft(await answer(withFake(address)), withFake(address)).toEqual(await answer(address))
  }
  await page.goto(found.moment)
  await expect(page).toHaveURL(/\/sign-in/)
})

test('signed in, what one may not see looks like what is not there', async ({ page }) => {
  const found = await existing(page)
  const closed = {
    boardMember: [found.moment, `${found.moment}/contact`, found.person, found.pair, found.delivery, '/moments', '/people', '/links/review', '/data/deliver', '/trust/access'],
    administrator: [found.moment, found.person, found.pair, '/board', '/moments', '/people', '/trust/access'],
    navigator: [found.pair, '/links/review', '/board', '/data/feeds', '/trust/access', `${found.moment}/assign`],
    dataOwner: [found.moment, found.pair, '/board', '/moments', '/people'],
    analyst: [found.moment, '/moments', '/trust/access'],
  }
  for (const [duty, addresses] of Object.entries(closed)) {
    await signIn(page, people[duty])
    const nowhere = await page.request.get('/nothing/here')
    expect(nowhere.status()).toBe(404)
    const text = await bare(nowhere)
    for (const address of addresses) {
      const response = await page.request.get(address)
      expect.soft(response.status(), `${duty}: ${address}`).toBe(404)
      if (response.status() === 404) {
        // The menu marks where one is; the rest is the same to the letter.
        const same = (html) => html.replace(/ aria-current="\w+"| govuk-service-navigation__item--active|<\/?strong[^>]*>/g, '')
        expect.soft(same(await bare(response)), `${duty}: ${address}`).toBe(same(text))
      }
    }
  }
})

test('a person of whom one may see nothing is not there, whatever purpose one names', async ({ page }) => {
  const found = await existing(page)
  for (const duty of ['boardMember', 'projectManager', 'administrator']) {
    await signIn(page, people[duty])
    await page.goto('/account')
    const token = await page.locator('input[name=_csrf]').first().inputValue()
    for (const purpose of ['support', 'safeguarding', 'prevention', 'linking', 'rights', 'statistics']) {
      const there = await page.request.post(found.person, { form: { _csrf: token, purpose } })
      const notThere = await page.request.post(`/people/${fake}`, { form: { _csrf: token, purpose } })
      expect.soft(there.status(), `${duty} for ${purpose}`).toBe(notThere.status())
      expect.soft([404, 422]).toContain(there.status())
      expect.soft(await bare(there)).toBe(await bare(notThere))
    }
  }
})

test('what was opened for one member is not open for another', async ({ page }) => {
  await signIn(page, people.navigator)
  const moment = await firstMoment(page)
  await openMoment(page, moment)
  await signIn(page, 'Jonah Ferrier')
  await page.goto(moment)
  await expect(page.getByRole('heading', { name: 'Why are you opening this moment?' })).toBeVisible()
  expect(await page.locator('main').innerText()).not.toContain('What happened')
})

test('the API answers 401 to whoever has no token, whether or not the feed exists', async ({ request }) => {
  for (const feed of ['custody', 'nothing']) {
    for (const kind of ['deliveries', 'notifications']) {
      for (const authorization of [undefined, 'Bearer nonsense', 'Basic YTpi']) {
        const headers = authorization ? { authorization } : {}
        const response = await request.post(`/api/v1/feeds/${feed}/${kind}`, { data: 'a,b\n1,2\n', headers })
        expect(response.status(), `${feed}/${kind} ${authorization}`).toBe(401)
        expect(response.headers()['www-authenticate']).toContain('Bearer')
      }
    }
  }
  expect((await request.get(`/api/v1/deliveries/${fake}`)).status()).toBe(401)
  const description = await (await request.get('/api/v1/openapi.json')).json()
  expect(description.openapi).toMatch(/^3\./)
})

test('a forged request changes nothing', async ({ page }) => {
  await signIn(page, people.navigator)
  const moment = await firstMoment(page)
  await openMoment(page, moment)
  const before = await page.locator('.moj-timeline__item').count()
  const form = { reached: 'no', how: 'phone', note: 'forged', form_key: 'a'.repeat(32) }
  const missing = await page.request.post(`${moment}/contact`, { form })
  const invented = await page.request.post(`${moment}/contact`, { form: { _csrf: 'ab'.repeat(64), ...form } })
  const token = await page.locator('input[name=_csrf]').first().inputValue()
  const elsewhere = await page.request.post(`${moment}/contact`, { form: { _csrf: token, ...form }, headers: { 'sec-fetch-site': 'cross-site' } })
  const origin = await page.request.post(`${moment}/contact`, { form: { _csrf: token, ...form }, headers: { origin: 'https://elsewhere.example' } })
  const upload = await page.request.post('/data/deliver', { multipart: { feed: 'custody', file: { name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('a\n1\n') } } })
  for (const response of [missing, invented, elsewhere, origin, upload]) expect(response.status()).toBe(403)
  await page.goto(moment)
  await expect(page.locator('.moj-timeline__item')).toHaveCount(before)

  // A token of another sign-in is no token of this one.
  await signIn(page, 'Jonah Ferrier')
  await openMoment(page, moment)
  expect((await page.request.post(`${moment}/contact`, { form: { _csrf: token, ...form } })).status()).toBe(403)
})

test('cookies are kept from scripts and other sites, and signing out ends the sign-in', async ({ page }) => {
  await signIn(page, people.analyst)
  const cookies = await page.context().cookies()
  expect(cookies.length).toBeGreaterThan(0)
  for (const cookie of cookies) {
    expect(cookie, cookie.name).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/', expires: -1 })
    expect(cookie.name).toMatch(/^alongside-/)
  }
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.context().addCookies(cookies)
  await page.goto('/home')
  await expect(page).toHaveURL(/\/sign-in/)
})

test('pages may not be framed, cached, or told of by their address', async ({ page }) => {
  await signIn(page, people.navigator)
  for (const address of ['/home', await firstMoment(page), '/places', '/nothing']) {
    const { 'content-security-policy': policy, 'cache-control': cache, 'referrer-policy': referrer, 'x-content-type-options': sniff } = (await page.request.get(address)).headers()
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect([cache, referrer, sniff]).toEqual(['no-store', 'no-referrer', 'nosniff'])
  }
})

test('an address that names who signs in next leads nowhere else', async ({ page }) => {
  for (const next of ['https://elsewhere.example/', '//elsewhere.example', '/\\elsewhere.example']) {
    await page.context().clearCookies()
    await page.goto(`/sign-in/demo?next=${encodeURIComponent(next)}`)
    await page.getByRole('listitem').filter({ hasText: `${people.analyst}:` }).getByRole('button').click()
    expect(new URL(page.url()).hostname).toBe('localhost')
  }
})
