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

// Leaves quickly: replaces this page, so that "back" does not return to it. Without JavaScript it is a plain link.
for (const link of document.querySelectorAll('[data-exit]')) {
  link.addEventListener('click', (event) => {
    event.preventDefault()
    location.replace(link.href)
  })
}
