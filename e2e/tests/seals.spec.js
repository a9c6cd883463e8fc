// A data owner seals somebody and names a navigator: from then on another navigator finds nothing, not even that there is something, and the
// one who is named finds them. Two people lift it.
import { expect, test } from '@playwright/test'
import { axe, faultsOf, people, signIn, someoneInCustody } from './unit.js'

const named = 'Jonah Ferrier'
const owner = people.dataOwner // of the police

/** What a search by name and date of birth answers. */
async function searched(page, someone, family = someone.Surname) {
  const [day, month, year] = someone['Date of Birth'].split('-')
  await page.goto('/people')
  await page.getByLabel('Safeguarding a child or a vulnerable adult').check()
  await page.getByLabel('Given name').fill(someone['First Name'])
  await page.getByLabel('Family name').fill(family)
  await page.getByLabel('Day').fill(day)
  await page.getByLabel('Month').fill(month)
  await page.getByLabel('Year').fill(year)
  await page.getByRole('button', { name: 'Find' }).click()
  await expect(page.getByRole('heading', { name: /found$/ })).toBeVisible()
  return page.locator('main').innerText()
}

test('a data owner seals a person, names one navigator, and another finds nothing', async ({ page }, { project }) => {
  test.skip(project.name !== 'desktop', 'a person can be sealed once')
  test.setTimeout(120_000)
  const someone = someoneInCustody(3)
  await signIn(page, people.navigator)
  expect(await searched(page, someone)).toMatch(/1 person found|people found/)

  await signIn(page, owner)
  await page.goto('/trust/seals')
  expect(await axe(page)).toEqual([])
  expect(await faultsOf(page)).toEqual([])
  await page.getByLabel('Who?').selectOption({ label: `${named}, Turnaround Navigators` })
  await page.getByRole('button', { name: 'Name them' }).click()
  await expect(page.getByText('They are named')).toBeVisible()
  await page.getByRole('link', { name: 'Seal a person or a record' }).click()
  expect(await axe(page)).toEqual([])
  expect(await faultsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Seal it now' }).click()
  await expect(page.locator('.govuk-error-summary')).toContainText('Enter your reference')
  await page.getByLabel('Which feed').selectOption('custody')
  await page.getByLabel('Your reference').fill(someone['Custody Record Number'])
  await page.getByLabel('Everything about the person').check()
  await page.getByLabel('Protected address').check()
  await page.getByRole('button', { name: 'Seal it now' }).click()
  await expect(page.getByText('Sealed. From now on')).toBeVisible()
  await expect(page.getByText('A second person is to confirm it').first()).toBeVisible()

  await signIn(page, people.dataProtectionOfficer)
  await page.getByRole('link', { name: /seals? to confirm/ }).click()
  await page.getByRole('button', { name: 'Confirm it' }).first().click()
  await expect(page.getByText('It is confirmed, and stays sealed')).toBeVisible()
  expect(await axe(page)).toEqual([])

  await signIn(page, people.navigator)
  const sealed = await searched(page, someone)
  expect(sealed).toContain('Nobody found')
  expect(sealed, 'as for somebody who does not exist').toBe(await searched(page, someone, 'Zzyzx'))

  await signIn(page, named)
  expect(await searched(page, someone)).toMatch(/1 person found|people found/)

  await signIn(page, owner)
  await page.goto('/trust/seals')
  await page.getByRole('button', { name: 'Ask to lift' }).first().click()
  await expect(page.getByText('Waits for a second person')).toBeVisible()
  await signIn(page, people.dataProtectionOfficer)
  await page.getByRole('link', { name: /seals? to keep or lift/ }).click()
  expect(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Lift it' }).first().click()
  await expect(page.getByText('The seal is lifted')).toBeVisible()
  await signIn(page, people.navigator)
  expect(await searched(page, someone)).toMatch(/1 person found|people found/)
})
