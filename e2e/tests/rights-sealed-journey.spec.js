// What is sealed of somebody who asked is looked through by two whom the agency named, for every request; the officer who answers sees nothing
// of it. With and without JavaScript.
import { expect, test } from '@playwright/test'
import { axe, faultsOf, people, signIn } from './unit.js'

const owner = 'Joan Petrie' // of children's social care, who named herself and Ruth Adeyemi

test('two who are named see to the sealed part of an answer', async ({ page, javaScriptEnabled }) => {
  await signIn(page, people.socialWorker)
  await page.getByRole('link', { name: /sealed parts? of .* to see to/ }).click()
  await expect(page.locator('main')).toContainText('whether anything is sealed or not')
  const weigh = async () => {
    if (javaScriptEnabled !== false) expect(await axe(page)).toEqual([])
    expect(await faultsOf(page)).toEqual([])
  }
  await weigh()
  await page.locator('.app-work__item').filter({ hasText: 'To look through' }).getByRole('link').first().click()
  const part = page.url()
  await weigh()
  await expect(page.locator('main')).toContainText('holds nothing sealed about whoever asked')
  await page.getByRole('button', { name: 'I saw that there is nothing' }).click()
  await page.goto(part)
  await expect(page.locator('main')).toContainText('A second person whom your agency named has to')
  await signIn(page, owner)
  await page.goto(part)
  await page.getByRole('button', { name: 'I saw it too' }).click()
  await expect(page.getByText('It is approved')).toBeVisible()
  for (const name of [people.dataProtectionOfficer, people.dataOwner, people.analyst]) {
    await signIn(page, name)
    expect((await page.request.get(part)).status(), name).toBe(404)
    expect((await page.request.get('/trust/rights/sealed')).status(), name).toBe(404)
  }
})
