// A unit's own basemap under the map of places: an archive that this file writes, asked for by its bytes and drawn; and nothing
// of it where a unit has none. The unit here is a small one of its own, beside the one that the other tests share.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { axe, faultsOf, people, signIn, watch } from './unit.js'

const shared = `http://localhost:${process.env.ALONGSIDE_E2E_PORT ?? '18080'}`
const port = Number(process.env.ALONGSIDE_E2E_PORT ?? '18080') + 7
const folder = mkdtempSync(join(tmpdir(), 'alongside-basemap-'))
const tiles = join(folder, 'county.pmtiles')
test.use({ baseURL: `http://localhost:${port}` })

const varint = (number) => (number < 128 ? [number] : [(number & 127) | 128, ...varint(number >>> 7)])
const field = (number, bytes) => [...varint((number << 3) | 2), ...varint(bytes.length), ...bytes]

/** A vector tile: the whole of it is water. */
const water = field(3, [
  ...field(1, Buffer.from('water')),
  ...field(2, [0x18, 3, ...field(4, [9, 0, 0, 26, 8192, 0, 0, 8192, 8191, 0, 15].flatMap(varint))]),
  0x28, ...varint(4096), 0x78, 2,
])
/** A picture of one red dot. */
const red = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64')

/** A PMTiles archive, version 3, of one tile for the whole world. */
function archive(kind, tile) {
  const directory = [1, 0, 1, ...varint(tile.length), 1]
  const metadata = Buffer.from('{"attribution":"<a href=\\"https://elsewhere.example\\">© Selmarsh mapping</a>"}')
  const header = Buffer.alloc(127)
  header.write('PMTiles')
  const parts = [[127, directory.length], [127 + directory.length, metadata.length], [0, 0], [127 + directory.length + metadata.length, tile.length], [1, 1], [1, 0]]
  header[7] = 3
  parts.flat().slice(0, 11).forEach((number, at) => header.writeBigUInt64LE(BigInt(number), 8 + at * 8))
  header.set([1, 1, 1, kind, 0, 0], 96) // clustered, nothing compressed, the tiles' kind, zoom 0 to 0
  for (const [at, degrees] of [[102, -180], [106, -85], [110, 180], [114, 85]]) header.writeInt32LE(degrees * 1e7, at)
  return Buffer.concat([header, Buffer.from(directory), metadata, Buffer.from(tile)])
}

let program
test.beforeAll(async () => {
  test.setTimeout(240_000)
  writeFileSync(tiles, archive(1, water))
  const environment = { ...process.env, ALONGSIDE_LOG: 'warn', ALONGSIDE_SERVER__LISTEN: `127.0.0.1:${port}`, ALONGSIDE_SERVER__PUBLIC_URL: `http://localhost:${port}`, ALONGSIDE_MAP__TILES: tiles }
  program = spawn(process.env.ALONGSIDE_PROGRAM, ['demo', '--dir', join(folder, 'demo'), '--people', '1500', '--seed', '3'], { env: environment, stdio: 'ignore' })
  await expect(async () => expect((await fetch(`http://localhost:${port}/sign-in`)).status).toBe(200)).toPass({ timeout: 220_000 })
})
test.afterAll(async () => {
  const ended = new Promise((resolve) => program.once('exit', resolve))
  program.kill()
  await ended
  rmSync(folder, { recursive: true, force: true })
})

/** The colour of the map near its upper left corner, where no small area lies, once it is drawn. */
async function cornerOf(page) {
  const map = page.locator('[data-map]')
  const picture = (await map.screenshot()).toString('base64')
  return await page.evaluate(async (picture) => {
    const image = Object.assign(new Image(), { src: `data:image/png;base64,${picture}` })
    await image.decode()
    const canvas = document.createElement('canvas').getContext('2d')
    canvas.drawImage(image, 0, 0)
    return [...canvas.getImageData(5, 5, 1, 1).data].slice(0, 3)
  }, picture)
}

async function open(page) {
  const asked = []
  page.on('response', (response) => {
    if (response.url().endsWith('/places/basemap.pmtiles')) asked.push({ status: response.status(), range: response.request().headers().range })
  })
  await page.goto('/places')
  await expect(page.locator('.maplibregl-ctrl-attrib')).toHaveText('© Selmarsh mapping')
  return asked
}

test('vector tiles are asked for by their bytes and drawn under the areas', async ({ page }) => {
  const wrong = watch(page)
  await signIn(page, people.boardMember)
  const asked = await open(page)
  await expect(async () => expect(await cornerOf(page)).toEqual([0xc3, 0xd0, 0xdc])).toPass({ timeout: 30_000 })
  expect(asked.length).toBeGreaterThan(0)
  for (const one of asked) expect(one).toEqual({ status: 206, range: expect.stringMatching(/^bytes=\d+-\d+$/) })
  await expect(page.locator('.maplibregl-ctrl-attrib a')).toHaveCount(0)
  await expect(page.locator('svg.app-choropleth')).toBeHidden()
  expect([...wrong.take(), ...(await faultsOf(page)), ...(await axe(page))]).toEqual([])
})

test('pictures are drawn too, from an archive that was changed while the unit ran', async ({ page }) => {
  writeFileSync(tiles, archive(2, red))
  const wrong = watch(page)
  await signIn(page, people.boardMember)
  await open(page)
  await expect(async () => {
    const [r, g, b] = await cornerOf(page)
    expect(r).toBeGreaterThan(g + 40)
    expect(r).toBeGreaterThan(b + 40)
  }).toPass({ timeout: 30_000 })
  expect(wrong.take()).toEqual([])
})

test('strangers get no tiles, and a unit without a basemap asks for none', async ({ page, request }) => {
  const stranger = await request.get('/places/basemap.pmtiles', { headers: { range: 'bytes=0-6' }, maxRedirects: 0 })
  expect(stranger.status()).toBe(303)
  const asked = []
  page.on('request', (one) => { if (/basemap/.test(one.url())) asked.push(one.url()) })
  await page.goto(`${shared}/sign-in/demo`)
  await page.getByRole('listitem').filter({ hasText: `${people.boardMember}:` }).getByRole('button').click()
  await page.goto(`${shared}/places`, { waitUntil: 'networkidle' })
  await expect(page.locator('#table tbody tr').first()).toBeVisible()
  expect(asked).toEqual([])
})
