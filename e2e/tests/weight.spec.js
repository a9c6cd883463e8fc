// What the first load of a page costs over the wire, assets with it: under 100 kB. A map page shows its table and drawing
// within that, and may then load up to 550 kB. Times are printed and not judged: this machine is not the one that serves.
import { expect, test } from '@playwright/test'
import { people, signIn } from './unit.js'

const mapParts = /\/assets\/(map|maplibre|maplibre-worker)-|\.geojson/

/** Loads an address with an empty cache; bytes over the wire, the map's apart, and the time to the first byte. */
async function load(page, address) {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  const urls = new Map()
  const bytes = { page: 0, map: 0, first: 0, each: {} }
  session.on('Network.responseReceived', ({ requestId, response, type }) => {
    urls.set(requestId, response.url)
    if (type === 'Document') bytes.first = response.timing.receiveHeadersEnd
  })
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const url = urls.get(requestId)
    if (!url || url.startsWith('data:') || url.startsWith('blob:')) return
    bytes[mapParts.test(url) ? 'map' : 'page'] += encodedDataLength
    bytes.each[new URL(url).pathname.replace(/-[0-9a-f]{12}/, '')] = encodedDataLength
  })
  await page.goto(address, { waitUntil: 'networkidle' })
  await page.evaluate(() => document.fonts.ready)
  await session.detach()
  return bytes
}

const pages = {
  '/': null,
  '/sign-in': null,
  '/home': 'navigator',
  '/moments?show=all': 'navigator',
  '/rota': 'rotaLead',
  '/people': 'socialWorker',
  '/referrals': 'socialWorker',
  '/links/review': 'analyst',
  '/data/feeds': 'analyst',
  '/data/feeds/custody': 'analyst',
  '/data/deliver': 'analyst',
  '/board': 'boardMember',
  '/places': 'boardMember',
  '/trust/agreements': 'boardMember',
  '/trust/access': 'dataProtectionOfficer',
  '/account': 'administrator',
}

for (const [address, duty] of Object.entries(pages)) {
  test(`the first load of ${address} is light`, async ({ page }) => {
    if (duty) await signIn(page, people[duty])
    const bytes = await load(page, address)
    const kilo = (count) => `${(count / 1000).toFixed(1)} kB`
    console.log(`  ${address}: ${kilo(bytes.page)}${bytes.map ? ` and ${kilo(bytes.map)} for the map` : ''}; first byte after ${bytes.first.toFixed(0)} ms`)
    expect(bytes.page, JSON.stringify(bytes.each)).toBeLessThan(100_000)
    expect(bytes.map, JSON.stringify(bytes.each)).toBeLessThanOrEqual(address === '/places' ? 550_000 : 0)
    expect(Object.keys(bytes.each).length).toBeGreaterThan(2)
  })
}
