// The list of moments and the rota as those who use them read them: one name for each list, and each button says what it does.
import { expect, test } from '@playwright/test'
import { people, signIn } from './unit.js'

test('each list of moments has one name, and its number is the way to it', async ({ page }) => {
  await signIn(page, people.navigator)
  await page.goto('/moments?show=all')
  await expect(page.getByRole('navigation', { name: 'Which moments' })).toHaveCount(0)
  const names = await page.locator('.app-tiles a').allInnerTexts()
  expect(names.length).toBeGreaterThan(1)
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) {
    await page.locator('.app-tiles').getByRole('link', { name, exact: true }).click()
    await expect(page.getByRole('heading', { level: 2, name, exact: true })).toBeVisible()
    await expect(page.locator('.app-tiles').getByRole('link', { name, exact: true })).toHaveAttribute('aria-current', 'page')
  }
})

test('home shows no number that is nothing, and four at most above its list', async ({ page }) => {
  for (const who of [people.navigator, people.rotaLead]) {
    await signIn(page, who)
    await page.goto('/home')
    const numbers = await page.locator('.app-tile__value').allInnerTexts()
    expect(numbers).not.toContain('0')
    expect(await page.locator('.app-tiles').first().locator('li').count()).toBeLessThanOrEqual(4)
  }
})

test('the rota says in words which days are covered, and whom each button removes', async ({ page }) => {
  await signIn(page, people.rotaLead)
  await page.goto('/rota')
  await page.getByRole('button', { name: 'Add a shift' }).click()
  await expect(page).toHaveURL(/\/rota#add-a-shift$/)
  expect(await page.getByText(/^\w{3} \d+: (covered|gaps|nobody)$/).count()).toBeGreaterThanOrEqual(14)
  const buttons = await page.locator('form[action$="/remove"] button').allTextContents()
  expect(buttons.length).toBeGreaterThan(0)
  for (const words of buttons) expect(words).toMatch(/^Remove \S.*, \w{3} \d+/)
})
