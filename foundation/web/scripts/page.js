// Enhances a page that already works without it: GOV.UK components, and a form that can't be sent twice by a double click.
import {
  Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink, createAll,
} from 'govuk-frontend'

// A browser that runs modules is one that GOV.UK Frontend supports; its components look for the class before they start.
document.body.classList.add('js-enabled', 'govuk-frontend-supported')
for (const component of [CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink]) {
  createAll(component)
}
createAll(Button, { preventDoubleClick: true })

// On a phone each row of a wide table is a card of "label: value" (styles/_page.scss): the labels are the columns' heads. What is laid out as blocks is
// no table to a screen reader any more, so its parts say what they are.
function labelCards(root) {
  for (const table of root.querySelectorAll('table.app-cards')) {
    const heads = [...table.tHead.rows[0].cells].map((head) => head.innerText.trim())
    table.setAttribute('role', 'table')
    for (const part of [table.tHead, ...table.tBodies]) part.setAttribute('role', 'rowgroup')
    for (const head of table.tHead.rows[0].cells) head.setAttribute('role', 'columnheader')
    for (const row of table.rows) row.setAttribute('role', 'row')
    for (const row of [...table.tBodies].flatMap((body) => [...body.rows])) {
      for (const [at, cell] of [...row.cells].entries()) {
        const heading = cell.tagName === 'TH'
        cell.setAttribute('role', heading ? 'rowheader' : 'cell')
        if (!heading && cell.colSpan === 1 && cell.textContent.trim()) cell.dataset.label = heads[at] ?? ''
      }
    }
  }
}
labelCards(document)

// Work that goes on behind a page: what is said of it is fetched anew until it is done, then the page itself is, which leads on. Without JavaScript the
// page refreshes by itself.
async function follow(going, wait) {
  await new Promise((done) => setTimeout(done, wait))
  const answer = await fetch(location.href, { redirect: 'manual' }).catch(() => null)
  if (!answer) return follow(going, 5000)
  const text = answer.ok ? await answer.text() : ''
  const now = new DOMParser().parseFromString(text, 'text/html').querySelector('[data-going]')
  if (!now) return location.reload()
  if (now.innerHTML !== going.innerHTML) {
    going.innerHTML = now.innerHTML
    labelCards(going)
  }
  return follow(going, 2000)
}
const going = document.querySelector('[data-going]')
if (going) follow(going, 500)
