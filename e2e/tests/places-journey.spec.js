// An address finds a place, not people: by POST, under a random id, for whoever looked. With and without JavaScript.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { axe, demoFolder, faultsOf, people, signIn } from './unit.js'

test('an address finds the small area that it lies in', async ({ page, javaScriptEnabled }) => {
  const [, first] = readFileSync(join(demoFolder(), 'county', 'postcodes.csv'), 'utf8').split('\n')
  const postcode = first.split(',').find((cell) => /^[A-Z]{1,2}\d/.test(cell.replace(/"/g, ''))).replace(/"/g, '')
  await signIn(page, people.navigator)
  await page.goto('/places')
  await page.getByRole('link', { name: 'Find a place by its address' }).click()
  await page.getByRole('button', { name: 'Find the place' }).click()
  await expect(page.locator('.govuk-error-summary')).toContainText('Enter an address')
  await page.getByLabel('Address, postcode').fill(`Flat 2, 12 Secret Close, ${postcode}`)
  await page.getByRole('button', { name: 'Find the place' }).click()
  await expect(page).toHaveURL(/\/places\/found\/[0-9a-f]{32}$/)
  await expect(page.locator('main')).toContainText('lies in this small area')
  expect(await page.locator('main').innerText()).not.toMatch(/Secret|Flat 2/)
  if (javaScriptEnabled !== false) expect(await axe(page)).toEqual([])
  expect(await faultsOf(page)).toEqual([])
  const found = page.url()
  await page.getByRole('button', { name: 'Open the area' }).click()
  await expect(page).toHaveURL(/\/places\/[EW]\d{8}$/)

  await page.goto('/people')
  await page.getByLabel('Safeguarding a child or a vulnerable adult').check()
  await page.getByLabel('NHS number or unique pupil number').fill(postcode)
  await page.getByRole('button', { name: 'Find' }).click()
  await expect(page.locator('.govuk-error-summary')).toContainText('It finds a place, not people')

  await signIn(page, people.analyst)
  expect((await page.goto(found)).status(), 'another’s answer').toBe(410)
})
