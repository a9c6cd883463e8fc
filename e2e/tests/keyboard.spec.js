// By keyboard alone: past the menu, to what is wrong, through every control of a form, and never losing sight of the focus.
import { expect, test } from '@playwright/test'
import { firstMoment, openMoment, people, signIn } from './unit.js'

const focused = (page) => page.evaluate(() => {
  const one = document.activeElement
  return { id: one.id, name: one.getAttribute('name'), tag: one.tagName, text: one.textContent.trim().slice(0, 60), href: one.getAttribute('href') }
})

/** Notes what every control looks like before it has the focus. */
const noteLooks = (page) => page.evaluate(() => {
  globalThis.look = (one) => {
    const box = one.matches('input[type=radio], input[type=checkbox]') ? one.nextElementSibling : one
    return [box, one].flatMap((part) => [undefined, '::before', '::after'].flatMap((pseudo) => {
      const style = getComputedStyle(part, pseudo)
      return [style.outline, style.boxShadow, style.backgroundColor, style.borderColor, style.borderWidth, style.textDecoration]
    })).join(';')
  }
  document.activeElement.blur()
  globalThis.looks = new Map([...document.querySelectorAll('a, button, input, select, textarea, summary, [tabindex]')].map((one) => [one, globalThis.look(one)]))
})

/** Whether what has the focus looks different from what it looks like without it. */
const isSeen = (page) => page.evaluate(() => globalThis.look(document.activeElement) !== globalThis.looks.get(document.activeElement))

async function contactPage(page) {
  await signIn(page, people.navigator)
  const moment = await firstMoment(page)
  await openMoment(page, moment)
  await page.goto(`${moment}/contact`)
}

test('the skip link is first, and leads to the main content', async ({ page }) => {
  await signIn(page, people.navigator)
  await page.goto('/moments')
  await page.keyboard.press('Tab')
  expect((await focused(page)).text).toBe('Skip to main content')
  await expect(page.getByRole('link', { name: 'Skip to main content' })).toBeInViewport()
  await page.keyboard.press('Enter')
  expect((await focused(page)).id).toBe('main-content')
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement.closest('main') !== null)).toBe(true)
})

test('the focus moves to the summary of what is wrong, and from there to the field', async ({ page }) => {
  await contactPage(page)
  await page.getByRole('button', { name: 'Save' }).press('Enter')
  const summary = page.locator('.govuk-error-summary')
  await expect(summary).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  expect((await focused(page)).name).toBe('reached')
  expect(await page.title()).toMatch(/^Error: /)
})

test('every control of the contact form is reached by Tab, in order, and the focus is seen', async ({ page }) => {
  await contactPage(page)
  await noteLooks(page)
  await page.getByRole('navigation', { name: 'Back' }).getByRole('link').focus()
  const reached = []
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press('Tab')
    const one = await focused(page)
    if (one.tag === 'BODY' || one.text.startsWith('Skip')) break
    const name = one.tag === 'BUTTON' ? one.text : one.name
    expect(await isSeen(page), `focus is seen on ${one.tag} ${name ?? one.text}`).toBe(true)
    if (name && reached.at(-1) !== name) reached.push(name)
    if (one.tag === 'BUTTON') break
  }
  expect(reached).toEqual([
    'reached', 'when-day', 'when-month', 'when-year', 'when-time', 'how', 'agreed', 'next-day', 'next-month', 'next-year', 'next-time', 'note', 'Save',
  ])
})

test('contact is recorded without a pointer', async ({ page }) => {
  await contactPage(page)
  await page.locator('#reached').focus()
  await page.keyboard.press('ArrowRight') // No
  await expect(page.getByLabel('No', { exact: true }).first()).toBeChecked()
  await page.locator('#how').focus()
  await page.keyboard.press('Space')
  await page.locator('#note').focus()
  await page.keyboard.type('Nobody answered the door.')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Contact recorded')).toBeVisible()
  await expect(page.getByText('Nobody answered the door.').first()).toBeVisible()
})

test('the menu opens and closes by keyboard on a narrow page', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await signIn(page, people.analyst)
  const menu = page.getByRole('button', { name: 'Menu' })
  await expect(menu).toHaveAttribute('aria-expanded', 'false')
  await menu.focus()
  await page.keyboard.press('Enter')
  await expect(menu).toHaveAttribute('aria-expanded', 'true')
  await expect(page.locator('#navigation').getByRole('link', { name: 'Feeds' })).toBeVisible()
  await page.keyboard.press('Tab')
  expect((await focused(page)).href).toBe('/home')
  await menu.focus()
  await page.keyboard.press('Space')
  await expect(page.locator('#navigation').getByRole('link', { name: 'Feeds' })).toBeHidden()
})

test('details, tables and sorting answer to the keyboard', async ({ page }) => {
  await signIn(page, people.analyst)
  await page.goto('/links/review')
  await page.getByRole('link', { name: /^Compare/ }).first().press('Enter')
  const details = page.locator('details').first()
  await details.locator('summary').press('Enter')
  await expect(details).toHaveAttribute('open', '')
  await page.goto('/places')
  await noteLooks(page)
  await page.locator('#table').focus()
  expect(await isSeen(page)).toBe(true)
  await page.locator('#table thead a').nth(2).press('Enter')
  await expect(page.locator('th[aria-sort="descending"], th[aria-sort="ascending"]')).toHaveCount(1)
})
