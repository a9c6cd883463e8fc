// What every browser test knows of the demo's unit: who works there, how one signs in, and what a good page is.
import { readFileSync, readdirSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'
import { AxeBuilder } from '@axe-core/playwright'
import { expect } from '@playwright/test'

/** Who is tested, by duty. The demo's chooser lists them by name. */
export const people = {
  navigator: 'Amira Cole',
  rotaLead: 'Tess Okonjo',
  youthWorker: 'Marek Lund',
  socialWorker: 'Ruth Adeyemi',
  analyst: 'Priya Nair',
  intelligenceOfficer: 'Callum Reid',
  projectManager: 'Helen Strand',
  boardMember: 'David Marsh',
  dataProtectionOfficer: 'Nadia Hassan',
  dataOwner: 'Owen Pryce',
  schoolsDataOwner: 'Leon Baptiste',
  administrator: 'Sam Whitlock',
}

/** Without whom the first can't help a member who has no second factor. */
export const secondAdministrator = 'Erin Castle'

/** Signs in by the demo's chooser, as somebody who was not signed in. */
export async function signIn(page, name) {
  await page.context().clearCookies()
  await page.goto('/sign-in/demo')
  await page.getByRole('listitem').filter({ hasText: `${name}:` }).getByRole('button').click()
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
}

/** The folder of the demo under test. */
export const demoFolder = () => process.env.ALONGSIDE_E2E_DIR

/** The reference in an address: 26 letters and digits. */
export const referenceIn = (address) => new URL(address, 'http://localhost').pathname.match(/[0-9A-HJKMNP-TV-Z]{26}/)?.[0]

/** An address with its references left out: pages of one shape are made by the same template. */
export function shapeOf(address) {
  const url = new URL(address)
  const path = url.pathname
    .replace(/[0-9A-HJKMNP-TV-Z]{26}/g, '{id}')
    .replace(/^\/places\/[EW]\d{8}$/, '/places/{area}')
    .replace(/^\/data\/feeds\/[^/]+/, '/data/feeds/{feed}')
    .replace(/(\/links\/pairs\/)[^/]+/, '$1{pair}')
    .replace(/(\/new\/\{id\}\/)[0-9a-f]{32}/, '$1{way}')
    .replace(/(\/(people|places)\/found\/)[0-9a-f]{32}/, '$1{found}')
  const shown = url.searchParams.get('show')
  return shown ? `${path}?show=${shown}` : path
}

/** Addresses that are no pages. */
const files = /\.(csv|geojson|json)(\?|$)|^\/api\/|^\/assets\//

/** The addresses of our own pages to which this page links. */
export async function linksOf(page) {
  const hrefs = await page.locator('a[href]').evaluateAll((links) => links.map((link) => new URL(link.getAttribute('href'), link.baseURI).href))
  const own = new URL(page.url()).origin
  return hrefs.filter((href) => {
    const url = new URL(href)
    return url.origin === own && !files.test(url.pathname) && !href.startsWith(`${page.url().split('#')[0]}#`)
  }).map((href) => href.split('#')[0])
}

/** Listens to a page; `take()` gives what went wrong since the last time. */
export function watch(page) {
  const wrong = []
  const own = ['data:', 'blob:', 'about:', 'chrome-error:']
  page.on('console', (message) => {
    // Chromium writes a line for every answer that is not a success; what the status must be is tested by itself.
    const status = message.text().startsWith('Failed to load resource: the server responded with a status')
    if (message.type() === 'error' && !status) wrong.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => wrong.push(`script: ${error.message}`))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.hostname !== 'localhost' && !own.includes(url.protocol)) wrong.push(`asked another host: ${url.host}`)
  })
  page.on('response', (response) => {
    const url = new URL(response.url())
    if (url.pathname.startsWith('/assets/') && response.status() >= 400) wrong.push(`${response.status()}: ${url.pathname}`)
    if (response.request().resourceType() === 'document' && !(response.headers()['content-security-policy'] ?? '').startsWith("default-src 'none'")) {
      if (response.status() < 300 || response.status() >= 400) wrong.push(`no content security policy: ${url.pathname}`)
    }
  })
  return { take: () => wrong.splice(0) }
}

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe has against a page, a line each. */
export async function axe(page) {
  const found = await new AxeBuilder({ page }).withTags(tags).setLegacyMode(true).analyze()
  return found.violations.flatMap((violation) =>
    violation.nodes.slice(0, 3).map((node) => `axe ${violation.id}: ${node.target.join(' ')} ${node.failureSummary.split('\n')[1]?.trim() ?? ''}`))
}

/** What every page must be, whoever sees it and however: a line for each thing that is not so. */
export async function faultsOf(page) {
  const found = await page.evaluate(() => {
    const root = document.documentElement
    const ids = [...document.querySelectorAll('[id]')].map((one) => one.id)
    const wide = [...document.querySelectorAll('body *')]
      .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1 && !one.closest('.app-scroll, .maplibregl-map, svg, .govuk-visually-hidden'))
      .slice(0, 3).map((one) => `${one.tagName.toLowerCase()}.${one.className}`)
    return {
      headings: [...document.querySelectorAll('h1')].map((one) => one.textContent.trim()),
      title: document.title,
      language: root.lang,
      mains: document.querySelectorAll('main').length,
      across: root.scrollWidth - root.clientWidth,
      wide,
      twice: ids.filter((id, at) => ids.indexOf(id) !== at),
      styled: document.querySelectorAll('body [style]:not(.maplibregl-map *, .maplibregl-map)').length,
      untokened: [...document.querySelectorAll('form[method=post]')].filter((form) => form.elements[0]?.name !== '_csrf').length,
      // A feed's own page and a delivery's say the partner's columns as they are written; a version of the rules says the rules.
      text: /^\/(data\/(feeds\/[a-z_]+|uploads\/\w+)|trust\/rules\/versions\/\w+)$/.test(location.pathname) ? '' : document.querySelector('main')?.innerText ?? '',
    }
  })
  const faults = []
  if (found.headings.length !== 1 || !found.headings[0]) faults.push(`${found.headings.length} h1: ${found.headings.join(' | ')}`)
  if (!found.title.includes(' – Alongside')) faults.push(`title: ${found.title}`)
  if (found.language !== 'en') faults.push(`language: ${found.language}`)
  if (found.mains !== 1) faults.push(`${found.mains} main`)
  if (found.across > 0) faults.push(`scrolls sideways by ${found.across} px: ${found.wide.join(', ')}`)
  if (found.twice.length) faults.push(`ids twice: ${[...new Set(found.twice)].join(', ')}`)
  if (found.untokened) faults.push(`${found.untokened} forms whose first field is not the token`)
  const raw = found.text.match(/\b(undefined|None|Some\(|NaN|null|[a-z]+_[a-z_]+)\b/)
  if (raw) faults.push(`words of a program: “${raw[0]}”`)
  return faults
}

/** The rows of a CSV text. */
export function readCsv(text) {
  const rows = [[]]
  let cell = ''
  let quoted = false
  const end = () => { rows.at(-1).push(cell); cell = '' }
  for (const letter of text.replace(/^\uFEFF/, '').replace(/\r\n/g, '\n')) {
    if (quoted ? letter === '"' : letter === '"' && cell === '') quoted = !quoted
    else if (letter === '"') { quoted = true; cell += '"' } // the second of a pair inside quotes
    else if (!quoted && letter === ',') end()
    else if (!quoted && letter === '\n') { end(); rows.push([]) }
    else cell += letter
  }
  if (cell || rows.at(-1).length) end(); else rows.pop()
  return rows
}

/** A CSV text of rows. */
export const writeCsv = (rows) => rows.map((row) => row.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')).join('\r\n') + '\r\n'

/** Somebody in the demo's custody records whose full name and birth date are known, with the file's own column names: the first, another, … */
export function someoneInCustody(which = 0) {
  const folder = `${demoFolder()}/county/feeds/custody`
  for (const file of readdirSync(folder).sort().reverse()) {
    const [head, ...rows] = readCsv(readFileSync(`${folder}/${file}`, 'latin1'))
    const records = rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at]])))
    const whole = (one) => /^[A-Z][a-z]+$/.test(one['First Name']) && /^[A-Z][a-z]+$/.test(one.Surname) && /^\d\d-\d\d-\d{4}$/.test(one['Date of Birth'])
    const found = records.filter(whole)[which]
    if (found) return found
  }
  throw new Error(`no custody record with a full name and birth date in ${folder}`)
}

/** The text of a file in a ZIP archive (APPNOTE.TXT 4.3): of a workbook's sheet. */
function unzipped(archive, name) {
  for (let at = archive.readUInt32LE(archive.lastIndexOf('PK\x05\x06', undefined, 'latin1') + 16); archive.readUInt32LE(at) === 0x02014b50;) {
    const [packed, long, extra, comment, local] = [archive.readUInt32LE(at + 20), archive.readUInt16LE(at + 28), archive.readUInt16LE(at + 30), archive.readUInt16LE(at + 32), archive.readUInt32LE(at + 42)]
    if (archive.toString('utf8', at + 46, at + 46 + long) === name) {
      const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
      const bytes = archive.subarray(start, start + packed)
      return (archive.readUInt16LE(at + 10) ? inflateRawSync(bytes) : bytes).toString('utf8')
    }
    at += 46 + long + extra + comment
  }
  throw new Error(`no ${name} in the archive`)
}

/** Pupils in the demo's exclusions, by their numbers, who were excluded once: the first, the second, … */
export function someoneExcluded(which) {
  const folder = `${demoFolder()}/county/feeds/exclusions`
  const times = new Map()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.xlsx')).sort()) {
    const sheet = unzipped(readFileSync(`${folder}/${file}`), 'xl/worksheets/sheet1.xml')
    for (const [, upn, family] of sheet.matchAll(/<c r="A\d+" t="inlineStr"><is><t>([A-Z]\d{11}[A-Z\d])<\/t><\/is><\/c><c r="B\d+" t="inlineStr"><is><t>([A-Z][a-z]+)</g)) {
      times.set(upn, [...(times.get(upn) ?? []), family])
    }
  }
  const found = [...times].filter(([, families]) => families.length === 1)[which]
  if (!found) throw new Error(`no such exclusion in ${folder}`)
  return { upn: found[0], family: found[1][0] }
}

/** Opens a moment for a purpose, as far as its own page. */
export async function openMoment(page, href) {
  await page.goto(href)
  if (await page.getByRole('button', { name: 'Open this moment' }).count()) {
    await page.getByLabel('Offering support').check()
    await page.getByRole('button', { name: 'Open this moment' }).click()
  }
  await expect(page.getByRole('heading', { name: 'What happened' })).toBeVisible()
}

/** The first moment that waits, as its address. */
export async function firstMoment(page) {
  await page.goto('/moments?show=all')
  return await page.locator('.app-work a').first().getAttribute('href')
}

/** The form of a page, as it would be sent: fields by name. */
export const fieldsOf = (form) => form.evaluate((one) => Object.fromEntries(new FormData(one)))
