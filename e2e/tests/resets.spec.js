// The administrator helps a member back in: a code, a new password, and nobody who can do it all alone.
import { expect, test } from '@playwright/test'
import { axe, faultsOf, people, secondAdministrator, signIn } from './unit.js'

const fresh = 'lighthouse marble fern'

/** An administrator opens a member's page. */
async function openMember(page, name, administrator = people.administrator) {
  await signIn(page, administrator)
  await page.goto('/trust/members')
  await page.getByRole('link', { name, exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
}

/** Somebody who is signed out chooses a password with a code. */
async function choose(page, email, code, password = fresh) {
  await page.context().clearCookies()
  await page.goto('/sign-in')
  await page.getByText('I can’t sign in').click()
  await page.getByRole('link', { name: 'choose a new password' }).click()
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Code').fill(code)
  await page.getByLabel('New password', { exact: true }).fill(password)
  await page.getByLabel('New password again').fill(password)
  await page.getByRole('button', { name: 'Keep this password' }).click()
}

test('a code from two administrators lets a member without a second factor choose a new password, once', async ({ page }) => {
  await openMember(page, people.dataOwner)
  expect(await faultsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Get a code for a new password' }).click()
  await expect(page.locator('main')).toContainText('A second administrator must ask for the code too')
  await openMember(page, people.dataOwner, secondAdministrator)
  await page.getByRole('button', { name: 'Get a code for a new password' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Give them this code' })).toBeVisible()
  expect(await faultsOf(page)).toEqual([])
  expect(await axe(page)).toEqual([])
  const code = (await page.locator('.govuk-inset-text strong').innerText()).trim()
  const email = (await page.locator('main').innerText()).match(/[\w.+-]+@[\w.-]+\w/)[0]

  await choose(page, email, code, 'short')
  await expect(page.getByRole('alert').or(page.locator('.govuk-error-summary')).first()).toContainText('12 characters')
  expect(await axe(page)).toEqual([])
  await choose(page, email, 'aaaaa-bbbbb-ccccc-ddddd')
  await expect(page.locator('.govuk-error-summary')).toContainText('belong together')
  await choose(page, email, code.toUpperCase().replaceAll('-', ' '))
  await expect(page).toHaveURL(/\/sign-in$/)
  await expect(page.locator('main')).toContainText('Your new password is kept')

  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password').fill(fresh)
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('second factor')
  await choose(page, email, code)
  await expect(page.locator('.govuk-error-summary')).toContainText('belong together')
})

test('who gave the code may not take the second factor away too, and nobody helps themselves', async ({ page }) => {
  await openMember(page, people.youthWorker)
  await page.getByRole('button', { name: 'Get a code for a new password' }).click()
  await expect(page.locator('main')).toContainText('A second administrator must ask for the code too')
  await openMember(page, people.youthWorker)
  await page.getByRole('button', { name: 'Reset their sign-in app' }).click()
  await expect(page.locator('main')).toContainText('another administrator must do this')
  await openMember(page, people.administrator)
  await expect(page.getByRole('button', { name: /code|sign-in app/ })).toHaveCount(0)
})

test('only an administrator finds the members', async ({ page }) => {
  await openMember(page, people.navigator)
  const one = new URL(page.url()).pathname
  for (const duty of ['navigator', 'dataProtectionOfficer', 'boardMember']) {
    await signIn(page, people[duty])
    for (const address of ['/trust/members', one]) expect.soft((await page.request.get(address)).status(), `${duty}: ${address}`).toBe(404)
  }
})
