// A data owner seals somebody and names a social worker: from then on a navigator finds nothing, not even that there is something, and
// the one who is named finds them. It is lifted by two.
import { expect, test } from '@playwright/test'
import { axe, faultsOf, people, signIn, someoneExcluded } from './unit.js'

const owner = 'Leon Baptiste'
const officer = people.dataProtectionOfficer

/** What a search by pupil number answers. */
async function searched(page, upn) {
  await page.goto('/people')
  await page.getByLabel('Protecting a child or a vulnerable adult').check()
  await page.getByLabel('unique pupil number').fill(upn)
  await page.getByRole('button', { name: 'Find' }).click()
  await expect(page.locator('main')).not.toContainText('Enter')
  return (await page.locator('main').innerText()).replaceAll(upn, 'UPN')
}

test('a data owner seals a person, a navigator finds nothing, the one who is named does', async ({ page }, { project }) => {
  test.skip(project.name !== 'desktop', 'a person can be sealed once')
  test.setTimeout(120_000)
  const someone = someoneExcluded(4)
  await signIn(page, people.navigator)
  expect(await searched(page, someone.upn)).not.toContain('Nobody')
  const nobody = await searched(page, 'A123456789012'.slice(0, 0) || someoneExcluded(4).upn)
  expect(nobody).toBeTruthy()

  await signIn(page, owner)
  await page.getByRole('link', { name: 'What is sealed' }).first().click()
  expect(await axe(page)).toEqual([])
  expect(await faultsOf(page)).toEqual([])
  await page.getByLabel('Who?').selectOption({ label: 'Ruth Adeyemi, Selmarsh children’s social care' })
  await page.getByRole('button', { name: 'Name them' }).click()
  await expect(page.getByText('They are named')).toBeVisible()
  await page.getByRole('link', { name: 'Seal a person or a record' }).click()
  expect(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Seal it now' }).click()
  await expect(page.locator('.govuk-error-summary')).toContainText('Enter your reference')
  await page.getByLabel('Which feed').selectOption({ index: 1 })
  await page.getByLabel('Your reference').fill(someone.reference)
  await page.getByLabel('Everything about the person').check()
  await page.getByLabel('Protected address').check()
  await page.getByRole('button', { name: 'Seal it now' }).click()
  await expect(page.getByText('Sealed. From now on')).toBeVisible()

  await signIn(page, people.navigator)
  const sealed = await searched(page, someone.upn)
  expect(sealed).toContain('Nobody')
  expect(sealed.toLowerCase()).not.toContain('sealed')

  await signIn(page, people.socialWorker)
  expect(await searched(page, someone.upn)).not.toContain('Nobody')

  await signIn(page, owner)
  await page.goto('/trust/seals')
  await page.getByRole('button', { name: 'Ask to lift' }).first().click()
  await expect(page.getByText('Waits for a second person')).toBeVisible()
  await signIn(page, officer)
  await page.getByRole('link', { name: /to keep or lift/ }).click()
  await page.getByRole('button', { name: 'Lift it' }).first().click()
  await expect(page.getByText('The seal is lifted')).toBeVisible()
  await signIn(page, people.navigator)
  expect(await searched(page, someone.upn)).not.toContain('Nobody')
})
