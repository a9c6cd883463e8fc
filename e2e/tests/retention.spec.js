// Retention in the browser: a data owner decides about a record whose time is up; the officer puts a hold, which stops the deleting; rules change
// by two; the report of an erasure proves it.
import { expect, test } from '@playwright/test'
import { axe, faultsOf, people, referenceIn, signIn } from './unit.js'

async function isWellMade(page) {
  expect.soft(await axe(page), page.url()).toEqual([])
  expect.soft(await faultsOf(page), page.url()).toEqual([])
}

test('a record whose time is up is kept by somebody with a reason, or goes and is proved gone', async ({ page }) => {
  await signIn(page, people.dataOwner)
  await page.goto('/trust/retention')
  await expect(page.getByRole('heading', { name: 'Police group 3: everything else' })).toBeVisible()
  await isWellMade(page)
  await page.goto('/trust/retention/queue')
  await isWellMade(page)
  const first = page.locator('.app-work__who a').first()
  test.skip((await first.count()) === 0, 'this county has nothing due')
  await first.click()
  await expect(page.getByRole('heading', { name: 'Is this record still needed?' })).toBeVisible()
  await isWellMade(page)
  await page.getByRole('button', { name: 'Keep it' }).click()
  await expect(page.getByRole('link', { name: 'Select why it is needed' }).or(page.getByText('Select why it is kept')).first()).toBeVisible()
  const record = referenceIn(page.url())

  await signIn(page, people.dataProtectionOfficer)
  await page.goto(`/trust/retention/queue/${record}`)
  await expect(page.getByText('Only its own agency sees whom it is about')).toBeVisible()
})

test('a hold stops what would be deleted, and is lifted by two', async ({ page }) => {
  await signIn(page, people.dataProtectionOfficer)
  await page.goto('/trust/retention/holds')
  await isWellMade(page)
  await page.getByRole('button', { name: 'Put a legal hold' }).click()
  await isWellMade(page)
  await page.getByLabel('A kind of data of one agency').check()
  await page.getByLabel('Whose data, and of what kind').selectOption({ index: 1 })
  await page.getByLabel('The Information Commissioner, or a complaint').check()
  await page.getByLabel('Reference of the case').fill('IC-1234')
  await page.getByLabel('In a sentence').fill('The Commissioner asks about this feed')
  await page.getByLabel('Day').fill('1')
  await page.getByLabel('Month').fill('6')
  await page.getByLabel('Year').fill(String(new Date().getFullYear() + 1))
  await page.getByRole('button', { name: 'Put the hold' }).click()
  await expect(page.getByText('The hold is on')).toBeVisible()
  await isWellMade(page)
  const hold = page.url()
  await page.getByRole('button', { name: 'Ask for it to be lifted' }).click()
  await expect(page.getByText('Somebody else of the unit who answers for data must lift it')).toBeVisible()

  await signIn(page, 'Ines Calder')
  await page.goto(hold)
  await page.getByRole('button', { name: 'Lift it' }).click()
  await expect(page.getByText('The hold is lifted')).toBeVisible()
})

test('the report of an erasure says what went, and that nothing is left', async ({ page }) => {
  await signIn(page, people.dataProtectionOfficer)
  await page.goto('/trust/retention/erasures')
  await isWellMade(page)
  const report = page.locator('.app-work__who a').first()
  test.skip((await report.count()) === 0, 'nothing was erased in this county')
  await report.click()
  await expect(page.getByText('Proved: nothing left')).toBeVisible()
  await expect(page.getByText('alongside audit prove --entry')).toBeVisible()
  await isWellMade(page)
})
